"""A reply and a note cannot be confused, and what was begun is never lost or misplaced."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import Sit
from tests.e2e.desk import Desk
from tests.e2e.stage import Stage, until

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

NORA = ("Nora Lind", "nora@posta.example")
EMIL = ("Emil Dahl", "emil@posta.example")


async def test_a_note_looks_different_and_never_leaves(stage: Stage, sit: Sit) -> None:
    """Ground, label, button and card differ; after a reply that left, the note has not."""
    line = await stage.inbox("email")
    await stage.customers.mail(line, NORA, "Torn sleeve", "The sleeve is torn.")
    desk = await sit()
    await desk.look_at(line)
    await desk.open("Torn sleeve")

    await expect(desk.composer).to_have_accessible_name("Reply to Nora Lind")
    await expect(desk.composer).to_contain_text("nora@posta.example")
    await expect(desk.pen).to_have_accessible_name("Reply to the customer")
    as_reply = await _ground(desk)
    await desk.mode("Note")
    await expect(desk.composer).to_have_accessible_name("Note, only your team sees this")
    await expect(desk.composer).to_contain_text("Only your team sees this")
    await expect(desk.composer).not_to_contain_text("nora@posta.example")
    await expect(desk.pen).to_have_accessible_name("Note for your team")
    await expect(desk.composer.get_by_role("button", name="Send")).to_have_count(0)
    assert await _ground(desk) != as_reply, "a note is written on the same ground as a reply"

    await desk.note("She wrote last year too, be generous.")
    card = desk.thread.get_by_role("article").filter(has_text="be generous")
    await expect(card).to_contain_text("Note by Mira Okafor, only your team sees this")
    await desk.reply("We send you a new one.")
    await until(lambda: len(stage.mails_to(NORA[1])) == 1, "the reply arrives")
    await asyncio.sleep(1)  # a note that leaked would be here by now
    assert "be generous" not in "".join(str(mail) for mail in stage.sink.mails)


async def test_drafts_stay_with_their_ticket_and_mode(stage: Stage, sit: Sit) -> None:
    """Switch mode, switch ticket, come back, reload: each holds its own words."""
    line = await stage.inbox("email")
    await stage.customers.mail(line, NORA, "Wrong size", "Too small.")
    await stage.customers.mail(line, EMIL, "Late parcel", "Where is it?")
    await stage.ticket(line, at_least=2)
    desk = await sit()
    await desk.look_at(line)
    await desk.open("Wrong size")
    await desk.pen.fill("Dear Nora, half an ans")
    await desk.mode("Note")
    await desk.holds("")
    await desk.pen.fill("Ask the warehouse")
    await expect(desk.composer).to_contain_text("Draft saved")

    await desk.open("Late parcel")
    await desk.holds("")
    await desk.pen.fill("Dear Emil, it is on")
    await expect(desk.composer).to_contain_text("Draft saved")

    await desk.open("Wrong size")
    await _both(desk, "Dear Nora, half an ans", "Ask the warehouse")
    await desk.page.reload()
    await _both(desk, "Dear Nora, half an ans", "Ask the warehouse")
    await desk.open("Late parcel")
    await _both(desk, "Dear Emil, it is on", "")

    other = await sit("Jun Park")
    await other.look_at(line)
    await other.open("Late parcel")
    await _both(other, "", "")


async def _both(desk: Desk, reply: str, note: str) -> None:
    await desk.mode("Reply")
    await desk.holds(reply)
    await desk.mode("Note")
    await desk.holds(note)


async def _ground(desk: Desk) -> str:
    """The colours that a glance takes in."""
    return str(
        await desk.composer.evaluate(
            "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).borderTopColor]"
        )
    )
