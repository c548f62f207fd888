"""Pages of messages: pulled one after another, each read as far as it can be."""

from datetime import UTC, datetime

import msgspec
import pytest

from connectors.contract import Account, InboxId
from connectors.errors import FetchFailed
from connectors.explain import event_seen
from connectors.registry import Registry
from connectors.standin import CannedReply, StandInHttp

NOW = datetime(2026, 9, 21, 14, 13, 21, tzinfo=UTC)
REGISTRY = Registry.load()
SETTINGS = {
    "corp_id": "wwhalden",
    "secret": "s",
    "token": "t",
    "encoding_aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
}
GRANT = CannedReply(url="*gettoken*", body={"access_token": "a", "expires_in": 7200})


def service(*replies):
    http = StandInHttp([GRANT, *replies])
    account = Account(
        inbox_id=InboxId("inbox"),
        channel="wecom_kf",
        name="",
        address="wkHalden",
        hook_url="",
        settings=REGISTRY.parse_settings("wecom_kf", SETTINGS),
    )
    return REGISTRY.connect(account, http), http


def said(id, kind, origin=3, **more):
    return {
        "msgid": id,
        "send_time": 1790000000,
        "origin": origin,
        "msgtype": kind,
        "open_kfid": "wkHalden",
        "external_userid": "wmMira",
        **more,
    }


def read(*entries):
    body = msgspec.json.encode({"errcode": 0, "next_cursor": "c", "msg_list": entries})
    return service()[0].parse_item(body, {}, NOW)


def page(cursor, *entries, more=0):
    body = {"errcode": 0, "next_cursor": cursor, "has_more": more, "msg_list": list(entries)}
    return CannedReply(url="*sync_msg*", body=body)


def test_a_page_holds_every_kind():
    seen = [
        event_seen(event)
        for event in read(
            said("1", "text", text={"content": "你好"}),
            said("2", "image", image={"media_id": "m2"}),
            said("3", "location", location={"latitude": 59.1, "longitude": 11.3, "name": "Halden"}),
            said("4", "text", text={"content": "Returns", "menu_id": "RET"}),
            said("5", "text", origin=5, text={"content": "A colleague answers"}),
            said("6", "link", link={"title": "Tent", "url": "https://halden.example"}),
            said(
                "7",
                "event",
                origin=4,
                event={"event_type": "msg_send_fail", "fail_msgid": "9", "fail_type": 4},
            ),
            said(
                "8",
                "event",
                origin=4,
                event={"event_type": "user_recall_msg", "recall_msgid": "1"},
            ),
            said("9", "event", origin=4, event={"event_type": "enter_session"}),
        ).events
    ]
    assert [(e.kind, e.native_id) for e in seen] == [
        *(("message", "1"), ("message", "2"), ("message", "3"), ("postback", "4")),
        *(("message", "5"), ("message", "6"), ("receipt", "9"), ("delete", "1")),
    ]
    assert {e.thread_key for e in seen[:6]} == {"wkHalden/wmMira"}
    assert [file.ref for file in seen[1].attachments] == ["m2"]
    assert seen[2].attachments[0].url == "geo:59.100000,11.300000"
    assert (seen[3].payload, seen[4].direction, seen[6].reason) == (
        "RET",
        "echo",
        "48 hours are over",
    )


def test_one_bad_message_loses_no_other():
    parsed = read(
        said("1", "text", text={"content": "good"}),
        {"msgid": "2"},
        said("3", "hologram"),
        said("4", "image"),
        said("5", "text", text={"content": "good too"}),
    )
    assert [event.native_id for event in parsed.events] == ["1", "5"]
    assert [item.index for item in parsed.bad] == [1, 2, 3]


async def test_pages_are_pulled_until_there_are_no_more_with_the_ring_s_token():
    connector, http = service(page("c1", said("1", "text"), more=1), page("c2", said("2", "text")))
    connector.rung("ENCtoken")
    assert [item.cursor async for item in connector.pull("c0")] == ["c1", "c2"]
    asked = [msgspec.json.decode(r.body) for r in http.requests if "sync_msg" in r.url]
    assert [one["cursor"] for one in asked] == ["c0", "c1"]
    assert asked[0]["token"] == "ENCtoken"
    assert asked[0]["open_kfid"] == "wkHalden"


async def test_an_empty_page_moves_nothing():
    connector, _ = service(page("c1"))
    assert [item async for item in connector.pull("c0")] == []


async def test_a_refused_pull_is_told():
    refusal = CannedReply(url="*sync_msg*", body={"errcode": 45009, "errmsg": "too often"})
    connector, _ = service(refusal)
    with pytest.raises(FetchFailed, match="too often"):
        [item async for item in connector.pull("")]
