"""The parts of a ticket, each by its own journey: splitting, links, steps, followers, fields."""

import re
import secrets
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Sit
from tests.e2e.customers import Line
from tests.e2e.desk import Desk
from tests.e2e.stage import Stage
from tests.e2e.test_axe_dialogs import tickets_with_pictures

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def _ticket(stage: Stage, who: str, *texts: str) -> tuple[Line, dict[str, Any]]:
    """One ticket with these words of one customer."""
    line = await stage.inbox("api")
    for text in texts:
        await stage.customers.api(line, {"id": f"{line.id}-{who}", "name": who}, text)
        ticket = await stage.ticket(line)
    return line, ticket


async def _open(sit: Sit, line: Line, ticket: dict[str, Any]) -> Desk:
    desk = await sit()
    await desk.look_at(line, ticket["id"])
    await expect(desk.composer).to_be_visible()
    await expect(desk.panel.get_by_role("heading", name=re.compile("^Ticket #"))).to_be_visible()
    return desk


async def test_some_messages_begin_a_ticket_of_their_own(stage: Stage, sit: Sit) -> None:
    """Chosen in a dialog that says what goes and what stays; Undo brings them back."""
    line, ticket = await _ticket(stage, "Vera Holm", "The zip is stuck.", "And send an invoice.")
    desk = await _open(sit, line, ticket)
    await expect(desk.thread).to_contain_text("And send an invoice.")
    await desk.page.get_by_role("button", name="More", exact=True).click()
    await desk.page.get_by_role("menuitem", name="Split off").click()
    dialog = desk.page.get_by_role("dialog", name="Split off a ticket")
    split = dialog.get_by_role("button", name="Split off")
    await expect(split).to_have_attribute("aria-disabled", "true")
    await dialog.get_by_label("Subject of the new ticket").fill("Invoice")
    await dialog.get_by_role("checkbox", name="And send an invoice.").check()
    await expect(dialog.get_by_role("status")).to_have_text("1 message goes, 1 stay")
    await split.click()
    await expect(dialog).to_have_count(0)
    await expect(desk.page.get_by_role("heading", name="Invoice")).to_be_visible()
    await expect(desk.thread).to_contain_text("And send an invoice.")
    await expect(desk.thread).not_to_contain_text("The zip is stuck.")
    await desk.button("Undo").click()
    await expect(desk.toast("as they were")).to_be_visible()
    await desk.look_at(line, ticket["id"])
    await expect(desk.thread).to_contain_text("And send an invoice.")
    await expect(desk.thread).to_contain_text("The zip is stuck.")


async def test_a_ticket_is_linked_and_its_parent_leads_back(stage: Stage, sit: Sit) -> None:
    """By its number, as a child; the other side says parent; the link comes off again."""
    line, child = await _ticket(stage, "Vera Holm", "My stove fails.")
    sender = {"id": f"{line.id}-2", "name": "Odd Lie"}
    await stage.customers.api(line, sender, "All stoves fail.")
    parent = await stage.ticket(line, at_least=2)
    desk = await _open(sit, line, parent)
    links = desk.panel.get_by_role("region", name="Linked tickets")
    await links.get_by_role("button", name="Link a ticket").click()
    dialog = desk.page.get_by_role("dialog", name="Link a ticket")
    await dialog.get_by_role("combobox").select_option("Child")
    await dialog.get_by_role("searchbox").fill(f"#{child['number']}")
    await dialog.get_by_role("button", name=re.compile(f"#{child['number']}")).click()
    await links.get_by_role("link", name=f"#{child['number']}").click()
    await expect(desk.thread).to_contain_text("My stove fails.")
    back = links.get_by_role("link", name=f"Parent #{parent['number']}")
    await expect(back).to_be_visible()
    await links.get_by_role("button", name=f"Remove the link to #{parent['number']}").click()
    await expect(back).to_have_count(0)
    whole = await stage.site.client.call("GET", f"/tickets/{parent['id']}")
    assert whole["links"] == []


async def test_steps_are_added_ticked_off_and_removed(stage: Stage, sit: Sit) -> None:
    """Two are written in a row; a colleague sees at once who ticked what."""
    line, ticket = await _ticket(stage, "Vera Holm", "It leaks.")
    desk, other = await _open(sit, line, ticket), await sit("Jun Park")
    await other.look_at(line, ticket["id"])
    steps = desk.panel.get_by_role("region", name="Checklist")
    await steps.get_by_role("button", name="Add a step").click()
    for words in ("Ask for the number", "Send a label"):
        await desk.page.keyboard.type(words)
        await desk.page.keyboard.press("Enter")
        await expect(steps.get_by_role("checkbox", name=words)).to_be_visible()
    await steps.get_by_role("checkbox", name="Ask for the number").check()
    await expect(steps.get_by_role("heading")).to_contain_text("1 of 2")
    theirs = other.panel.get_by_role("region", name="Checklist")
    await expect(theirs.get_by_role("checkbox", name="Ask for the number")).to_be_checked()
    await expect(theirs.get_by_title("Mira Okafor")).to_have_count(1)
    await steps.get_by_role("button", name="Remove step Send a label").click()
    await expect(theirs.get_by_role("checkbox")).to_have_count(1)


async def test_who_follows_hears_of_it(stage: Stage, sit: Sit) -> None:
    """Added by name, and taken out again; F is for oneself."""
    line, ticket = await _ticket(stage, "Vera Holm", "It leaks.")
    desk = await _open(sit, line, ticket)
    followers = desk.panel.get_by_role("region", name="Followers")
    await followers.get_by_role("button", name="Followers:").click()
    await desk.page.get_by_role("menuitemradio", name="Jun Park").click()
    await expect(followers.get_by_role("listitem")).to_have_text(["Jun Park"])
    await desk.page.locator(".flow").focus()
    await desk.page.keyboard.press("f")
    await expect(followers.get_by_role("listitem")).to_have_count(2)
    await desk.page.keyboard.press("f")
    await expect(followers.get_by_role("listitem")).to_have_text(["Jun Park"])
    await followers.get_by_role("button", name="Remove follower Jun Park").click()
    await expect(followers.get_by_role("listitem")).to_have_count(0)


async def test_a_form_asks_what_the_answers_before_call_for(stage: Stage, sit: Sit) -> None:
    """Where it leaks is asked of what leaks, and no longer of what is bent."""
    line, ticket = await _ticket(stage, "Vera Holm", "My stove is broken.")
    call, mark = stage.site.client.call, secrets.token_hex(3)
    kinds = [{"id": id, "names": {"en": id.title()}} for id in ("leak", "bent")]
    kind = {"names": {"en": f"Damage {mark}"}, "kind": "choice", "options": kinds}
    await call("PUT", f"/fields/damage{mark}", kind)
    await call("PUT", f"/fields/where{mark}", {"names": {"en": "Where"}, "kind": "text"})
    leaks = {"field": f"damage{mark}", "relation": "is", "values": ["leak"]}
    shown = {"field": f"where{mark}", "required": True, "show_if": {"every": [leaks]}}
    form = {"names": {"en": "Form"}, "fields": [{"field": f"damage{mark}"}, shown]}
    await call("PUT", f"/forms/f{mark}", form)
    states = [
        {"id": "todo", "names": {"en": "To do"}, "category": "open"},
        {"id": "done", "names": {"en": "Done"}, "category": "solved"},
    ]
    made = {"names": {"en": f"Kind {mark}"}, "states": states, "form_id": f"f{mark}"}
    await call("PUT", f"/types/t{mark}", made)
    await call("PATCH", f"/tickets/{ticket['id']}", {"type_id": f"t{mark}"})

    desk = await _open(sit, line, ticket)
    where = desk.panel.get_by_role("textbox", name="Where")
    await expect(desk.panel.get_by_role("button", name=f"Damage {mark}")).to_be_visible()
    await expect(where).to_have_count(0)
    await desk.choose(f"Damage {mark}", "Leak")
    await expect(where).to_be_visible()
    await where.fill("At the valve")
    await where.press("Enter")
    await until_kept(stage, ticket["id"], f"where{mark}", "At the valve")
    await desk.choose(f"Damage {mark}", "Bent")
    await expect(where).to_have_count(0)


async def until_kept(stage: Stage, ticket: str, field: str, value: str) -> None:
    """The server has it."""
    for _ in range(100):
        kept = await stage.site.client.call("GET", f"/tickets/{ticket}")
        if kept["fields"].get(field) == value:
            return
    raise AssertionError(f"{field} stays at {kept['fields'].get(field)!r}")


async def test_pictures_are_looked_at_by_keyboard(stage: Stage, sit: Sit) -> None:
    """Enter opens, plus and minus change the size, Escape goes back to the picture."""
    line, ticket = await tickets_with_pictures(stage)
    desk = await _open(sit, line, {"id": ticket})
    picture = desk.thread.get_by_role("button", name="Show valve.png large")
    await picture.press("Enter")
    box = desk.page.get_by_role("dialog", name="valve.png")
    image = box.get_by_role("img", name="valve.png")
    await expect(image).to_be_visible()
    await expect(image).to_have_class("fit")
    await desk.page.keyboard.press("+")
    await expect(image).to_have_attribute("style", "width: 150%;")
    await desk.page.keyboard.press("-")
    await expect(image).to_have_class("fit")
    await expect(box.get_by_role("link", name="Save")).to_have_attribute("download", "valve.png")
    await desk.page.keyboard.press("Escape")
    await expect(box).to_have_count(0)
    await expect(picture).to_be_focused()


async def test_things_that_a_ticket_is_about_are_found_and_taken_out(
    stage: Stage, sit: Sit
) -> None:
    """By name; they stand with their serial number."""
    asset = {"type": "tent", "name": "Ridge tent 2", "serial": "RT-2207"}
    await stage.site.client.call("POST", "/assets", asset)
    line, ticket = await _ticket(stage, "Vera Holm", "A pole broke.")
    desk = await _open(sit, line, ticket)
    assets = desk.panel.get_by_role("region", name="Assets")
    await assets.get_by_role("button", name="Add an asset").press("Enter")
    await expect(assets.get_by_role("combobox")).to_be_focused()
    await desk.page.keyboard.type("ridge")
    await assets.get_by_role("option", name="Ridge tent 2").click()
    await expect(assets.get_by_role("listitem")).to_contain_text("RT-2207")
    await assets.get_by_role("button", name="Remove Ridge tent 2").press("Enter")
    await expect(assets.get_by_role("listitem")).to_have_count(0)
    await expect(assets.get_by_role("button", name="Add an asset")).to_be_focused()
