"""One site's configuration taken over by another, on the real stores."""

import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from gateway.bootstrap.commands import portables
from gateway.bootstrap.foundation import Foundation
from gateway.commands.moving import HOUSE, read_bundle, written
from outbound.canned.handlers import CannedReplies
from outbound.canned.model import CannedWish
from storage.ids import utc_now
from tests.gateway.house import House
from tests.ticketing.portable.test_moving import BUNDLE
from ticketing.audit.store import AuditStore
from ticketing.errors import Invalid
from ticketing.portable.model import (
    Bundle,
    PortableReply,
    PortableRole,
    PortableTeam,
    PortableView,
)
from ticketing.views.model import OneOf

NOW = utc_now()


async def test_a_site_takes_a_bundle_and_gives_the_same_one(base: Foundation) -> None:
    moving = portables(base)
    planned, strangers = await moving.plan(BUNDLE)
    assert strangers == ("mira@halden.example",)
    done = await moving.apply(HOUSE, BUNDLE, NOW)
    assert {step.deed for step in done} == {"add"}
    assert len(done) == len(planned) == 11
    given = await moving.bundle()
    again, _ = await moving.plan(read_bundle(written(given)))
    assert again == ()
    # who is not here is not in the team; a type gets a state of each category
    assert given.teams[0].members == ()
    assert {state.category for state in given.types[0].states} >= {"held", "solved"}


async def test_a_second_time_changes_nothing(base: Foundation) -> None:
    moving = portables(base)
    await moving.apply(HOUSE, BUNDLE, NOW)
    given = await moving.bundle()
    revision = await base.catalogues.current()
    assert await moving.apply(HOUSE, given, NOW) == ()
    assert len((await base.catalogues.current()).entries) == len(revision.entries)


async def test_one_thing_wrong_and_nothing_is_written(base: Foundation) -> None:
    wrong = msgspec.structs.replace(
        BUNDLE, roles=(*BUNDLE.roles, PortableRole(id="x", name="X", permissions=("fly",)))
    )
    moving = portables(base)
    with pytest.raises(Invalid, match=r"roles/x\.permissions"):
        await moving.apply(HOUSE, wrong, NOW)
    found = await moving.bundle()
    assert (found.fields, found.roles, found.teams) == ((), (), ())


async def test_a_bad_form_is_named_by_its_place(base: Foundation) -> None:
    wrong = msgspec.structs.replace(BUNDLE, fields=())
    with pytest.raises(Invalid, match="form/repair"):
        await portables(base).apply(HOUSE, wrong, NOW)


async def test_it_is_audited(base: Foundation) -> None:
    await portables(base).apply(HOUSE, BUNDLE, NOW)
    facts = await AuditStore(base.mongo).facts(NOW, utc_now(), 100)
    assert {(one.kind, one.subject.id) for one in facts} >= {
        ("config.add", "repairers"),
        ("config.add", "serial"),
    }
    assert {one.actor.via for one in facts} == {"cli"}


async def test_views_name_people_by_their_address(base: Foundation, house: House) -> None:
    mira = await house.person("mira@halden.example", "admin")
    view = PortableView(
        id="hers",
        name="Mira's",
        reach="shared",
        owner="mira@halden.example",
        all_of=(OneOf(field="assignee", values=("mira@halden.example",)),),
    )
    moving = portables(base)
    await moving.apply(HOUSE, Bundle(views=(view,)), NOW)
    stored = await base.mongo.db["saved_views"].find_one({"_id": "hers"})
    assert stored is not None
    assert (stored["owner_id"], stored["all_of"][0]["values"]) == (mira.id, [mira.id])
    assert (await moving.bundle()).views == (view,)
    stranger = msgspec.structs.replace(
        view, id="other", all_of=(OneOf(field="assignee", values=("jun@halden.example",)),)
    )
    with pytest.raises(Invalid, match="jun@halden"):
        await moving.apply(HOUSE, Bundle(views=(stranger,)), NOW)


async def test_a_view_on_a_field_that_is_not_there_is_refused(base: Foundation) -> None:
    gone = PortableView(
        id="x", name="X", reach="shared", all_of=(OneOf(field="fields.gone", values=("a",)),)
    )
    with pytest.raises(Invalid, match="view/x"):
        await portables(base).apply(HOUSE, Bundle(views=(gone,)), NOW)


async def test_a_team_loses_nobody_to_a_bundle(base: Foundation, house: House) -> None:
    await house.person("mira@halden.example", "admin")
    moving = portables(base)
    team = PortableTeam(id="shop", name="Workshop", members=("mira@halden.example",))
    await moving.apply(HOUSE, Bundle(teams=(team,)), NOW)
    elsewhere = PortableTeam(id="shop", name="Repairs", members=("stranger@halden.example",))
    planned, strangers = await moving.plan(Bundle(teams=(elsewhere,)))
    assert [step.changes for step in planned] == [(("name", '"Workshop"', '"Repairs"'),)]
    assert strangers == ("stranger@halden.example",)
    await moving.apply(HOUSE, Bundle(teams=(elsewhere,)), NOW + timedelta(seconds=1))
    assert (await moving.bundle()).teams == (msgspec.structs.replace(team, name="Repairs"),)


@pytest.mark.parametrize(
    ("reply", "place"),
    [
        ({"texts": {}}, "canned/x.texts"),
        ({"texts": {"en": "{{nobody.knows}}"}}, "canned/x.texts"),
        ({"shortcut": "a b"}, "canned/x.shortcut"),
        ({"team_id": "of-nobody"}, "canned/x.team_id"),
    ],
)
async def test_a_canned_reply_that_cannot_be_is_named(
    base: Foundation, reply: dict[str, Any], place: str
) -> None:
    wrong = PortableReply(**{"id": "x", "name": "X", "texts": {"en": "x"}, **reply})
    with pytest.raises(Invalid, match=re.escape(place)):
        await portables(base).apply(HOUSE, Bundle(canned=(wrong,)), NOW)


async def test_ones_own_canned_replies_neither_go_nor_are_overwritten(
    base: Foundation, house: House
) -> None:
    mira = await house.person("mira@halden.example", "admin")
    agent = await base.collections.agents.get(mira.id)
    assert agent is not None
    viewer = await base.access.viewer(agent)
    wish = CannedWish(scope="personal", team_id="", name="Mine", shortcut="", texts={"en": "m"})
    mine = await CannedReplies(base.mongo).create(viewer, wish, NOW)
    moving = portables(base)
    assert (await moving.bundle()).canned == ()
    wanted = PortableReply(id=mine.id, name="Theirs", texts={"en": "t"})
    with pytest.raises(Invalid, match="of their own"):
        await moving.apply(HOUSE, Bundle(canned=(wanted,)), NOW)
