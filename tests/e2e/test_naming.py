"""People and things that are named: who is written to first, what a field holds, what waits."""

import secrets
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.axe import faults
from tests.e2e.conftest import Sit
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def _asked(stage: Stage, ticket: str, **kinds: dict[str, Any]) -> None:
    """A type of this journey's own whose form asks these fields; the ticket is of it."""
    call, mark = stage.site.client.call, secrets.token_hex(3)
    for id, parts in kinds.items():
        await call("PUT", f"/fields/{id}", {"names": {"en": id.title()}, **parts})
    sections = [{"field": id} for id in kinds]
    await call("PUT", f"/forms/f{mark}", {"names": {"en": "Form"}, "fields": sections})
    states = [
        {"id": "todo", "names": {"en": "To do"}, "category": "open"},
        {"id": "done", "names": {"en": "Done"}, "category": "solved"},
    ]
    body = {"names": {"en": f"Kind {mark}"}, "states": states, "form_id": f"f{mark}"}
    await call("PUT", f"/types/t{mark}", body)
    await call("PATCH", f"/tickets/{ticket}", {"type_id": f"t{mark}"})


async def test_a_new_conversation_finds_whom_it_is_for(stage: Stage, sit: Sit) -> None:
    """By the beginning of a name, and by keys alone."""
    await stage.inbox("email")
    point = {"family": "mailto", "address": "ottilie@lake.example", "verified": True}
    card = {"name": "Ottilie Brandvold", "points": [point]}
    await stage.site.client.call("POST", "/contacts", card)
    desk = await sit()
    await desk.go("/view/mine")
    await expect(desk.button("New conversation")).to_be_visible()
    await desk.page.keyboard.press("c")
    dialog = desk.page.get_by_role("dialog", name="New conversation")
    await dialog.get_by_label("From").select_option(index=0)
    for option in await dialog.get_by_label("From").get_by_role("option").all_inner_texts():
        if "desk" in option and "email" in option:
            await dialog.get_by_label("From").select_option(option)
    field = dialog.get_by_role("combobox", name="To")
    await field.fill("Ottil")
    await expect(dialog.get_by_role("option", name="Ottilie")).to_be_visible()
    assert not await faults(desk.page)
    await field.press("ArrowDown")
    await field.press("Enter")
    await expect(field).to_have_value("ottilie@lake.example")
    await expect(dialog.get_by_label("Name, if you know it")).to_have_value("Ottilie Brandvold")


async def test_fields_name_people_and_things(stage: Stage, sit: Sit) -> None:
    """Found by words, read by name, taken out again."""
    line, call = await stage.inbox("api"), stage.site.client.call
    await stage.customers.api(line, {"id": f"{line.id}-a", "name": "Aiko Tanaka"}, "A tent pole")
    ticket = (await stage.ticket(line))["id"]
    await call("POST", "/contacts", {"name": "Ulrike Sommer"})
    await call("POST", "/assets", {"type": "tent", "name": "Fjell tent 4", "serial": "FT-4411"})
    await _asked(
        stage,
        ticket,
        referrer={"kind": "contact"},
        device={"kind": "asset"},
    )
    desk = await sit()
    await desk.look_at(line, ticket)
    for name, words, found in (("Referrer", "ulri", "Ulrike Sommer"), ("Device", "fjell", "Fjell")):
        field = desk.panel.get_by_role("combobox", name=name)
        await field.fill(words)
        await desk.panel.get_by_role("option", name=found).click()
        await expect(desk.panel.get_by_role("button", name=f"Take {name} out")).to_be_visible()
        await expect(desk.panel.locator("dl")).to_contain_text(found)
    assert not await faults(desk.page)
    await desk.panel.get_by_role("button", name="Take Device out").click()
    await expect(desk.panel.get_by_role("combobox", name="Device")).to_be_visible()
    assert (await call("GET", f"/tickets/{ticket}"))["fields"].get("device") is None


async def test_a_parent_waits_until_it_is_told_not_to(stage: Stage, sit: Sit) -> None:
    """The refusal names the children and offers the way round."""
    line, call = await stage.inbox("api"), stage.site.client.call
    await stage.customers.api(line, {"id": f"{line.id}-p", "name": "Per Moen"}, "All stoves fail")
    parent = await stage.ticket(line)
    await stage.customers.api(line, {"id": f"{line.id}-q", "name": "Anna Vik"}, "My stove fails")
    child = await stage.ticket(line, at_least=2)
    link = {"kind": "child", "target_id": child["id"]}
    await call("POST", f"/tickets/{parent['id']}/links", link)
    desk = await sit()
    await desk.look_at(line, parent["id"])
    await expect(desk.composer).to_be_visible()
    await desk.choose("Status", "Solved")
    toast = desk.toast(f"#{child['number']}")
    await expect(toast).to_contain_text("still open")
    assert (await call("GET", f"/tickets/{parent['id']}"))["status"] != "solved"
    await toast.get_by_role("button", name="Solve anyway").click()
    await expect(desk.panel.get_by_role("button", name="Status: Solved")).to_be_visible()
