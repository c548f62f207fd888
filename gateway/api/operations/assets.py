"""Assets and the tickets about them."""

from gateway.api import requests as r
from gateway.api import schemas as s
from gateway.api.operation import WRITES, Operation
from gateway.api.schemas import assets as a

ASSETS = (
    Operation(
        name="listAssets", method="GET", path="/assets",
        summary="Assets, by serial number, words, owner or organisation", tag="assets",
        permission="tickets:read", query=a.AssetQuery, answer=a.AssetPage,
    ),
    Operation(
        name="createAsset", method="POST", path="/assets", summary="Enter an asset", tag="assets",
        permission="tickets:write", request=a.NewAsset, answer=a.Asset, status=201,
        idempotency="required", keeps_keys=True, rate=WRITES, audit="events",
    ),
    Operation(
        name="getAsset", method="GET", path="/assets/{id}", summary="An asset", tag="assets",
        permission="tickets:read", answer=a.Asset, errors=(404,),
    ),
    Operation(
        name="changeAsset", method="PATCH", path="/assets/{id}", summary="Change an asset",
        tag="assets", permission="tickets:write", request=a.AssetChange, answer=a.Asset,
        errors=(404, 409), rate=WRITES, audit="events",
    ),
    Operation(
        name="deleteAsset", method="DELETE", path="/assets/{id}", summary="Delete an asset",
        tag="assets", permission="tickets:write", query=a.AssetRemoval, status=204,
        errors=(404, 409), rate=WRITES, audit="events",
    ),
    Operation(
        name="listAssetTickets", method="GET", path="/assets/{id}/tickets",
        summary="The tickets of an asset, newest first", tag="assets",
        permission="tickets:read", answer=a.AssetTickets, errors=(404,),
    ),
    Operation(
        name="assetHistory", method="GET", path="/assets/{id}/events",
        summary="An asset's history, newest first", tag="assets", permission="tickets:read",
        query=r.PageQuery, answer=s.EventPage, errors=(404,),
    ),
    Operation(
        name="listTicketAssets", method="GET", path="/tickets/{id}/assets",
        summary="The assets that a ticket is about", tag="assets", permission="tickets:read",
        answer=a.AssetPage, errors=(404,),
    ),
)  # fmt: skip
