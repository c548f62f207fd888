"""A customer on the chat page and an agent, each in a browser, both at once."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.e2e.conftest import Sit
from tests.e2e.lines import cuttable
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_both_directions_are_live_and_a_reload_keeps_the_history(
    stage: Stage, sit: Sit, browser: Browser
) -> None:
    """Each sees the other's words without a reload; typing and reading are told."""
    line = await stage.inbox("webchat")
    desk = await sit()
    await desk.look_at(line)
    context = await browser.new_context(locale="en-US", viewport={"width": 390, "height": 700})
    page = await context.new_page()
    await page.goto(f"{stage.site.url}/chat/{line.id}")
    await expect(page.get_by_role("status")).to_have_text("Connected")

    await _say(page, "Does the 3-season tent take snow?")
    await expect(desk.row("3-season tent")).to_have_count(1)
    await desk.open("3-season tent")
    await desk.reply("A little. Not a winter camp.")
    log = page.get_by_role("log")
    await expect(log).to_contain_text("A little. Not a winter camp.")
    await expect(log).to_contain_text("Mira Okafor")
    said = desk.thread.get_by_role("article").filter(has_text="Not a winter camp")
    await expect(said).to_contain_text("Read")

    await page.get_by_label("Message", exact=True).press_sequentially("And then?")
    await expect(desk.thread).to_contain_text("is typing")
    await page.keyboard.press("Enter")
    await expect(desk.thread).to_contain_text("And then?")

    await page.reload()
    await expect(log.get_by_role("listitem")).to_have_text(
        [re.compile("3-season"), re.compile("A little"), re.compile("And then")]
    )
    assert (await stage.ticket(line))["message_count"] == 3
    await context.close()


async def test_what_is_said_offline_arrives_once_and_answers_are_fetched(
    stage: Stage, sit: Sit, browser: Browser
) -> None:
    """The customer's line breaks; both sides go on writing; nothing is lost or doubled."""
    line = await stage.inbox("webchat")
    desk = await sit()
    await desk.look_at(line)
    context = await browser.new_context(locale="en-US")
    page = await context.new_page()
    line_cut = await cuttable(page, "**/ws")
    await page.goto(f"{stage.site.url}/chat/{line.id}")
    await _say(page, "Hello from the mountain")
    await desk.open("Hello from the mountain")

    await line_cut(True)
    await expect(page.get_by_role("status")).to_contain_text("Reconnecting")
    await _say(page, "Said in a dead spot")
    await expect(page.get_by_role("log")).to_contain_text("Sending")
    await desk.reply("Answered meanwhile")

    await line_cut(False)
    await expect(page.get_by_role("status")).to_have_text("Connected")
    await expect(page.get_by_role("log")).to_contain_text("Answered meanwhile")
    await expect(page.get_by_role("log")).not_to_contain_text("Sending")
    await expect(desk.thread.get_by_text("Said in a dead spot", exact=True)).to_have_count(1)
    await expect(page.get_by_role("listitem")).to_have_count(3)
    await context.close()


async def test_an_answer_is_announced_changed_and_taken_back_on_both_screens(
    stage: Stage, sit: Sit, browser: Browser
) -> None:
    """What the agent does to a message, the customer's open page does at once."""
    line = await stage.inbox("webchat")
    desk = await sit()
    await desk.look_at(line)
    context = await browser.new_context(locale="en-US")
    page = await context.new_page()
    await page.goto(f"{stage.site.url}/chat/{line.id}")
    await _say(page, "When does it leave?")
    await desk.open("When does it leave?")
    log, state = page.get_by_role("log"), page.get_by_role("status")

    await desk.pen.press_sequentially("It le")
    await expect(state).to_have_text("An answer is being written…")
    await desk.reply("It leaves today.")
    await expect(state).to_have_text("Connected")
    await expect(log).to_contain_text("It leaves today.")

    said = desk.thread.get_by_role("article").filter(has_text="It leaves")
    more = said.get_by_role("button", name="More for this message")
    await more.click()
    await desk.page.get_by_role("menuitem", name="Change the message").click()
    dialog = desk.page.get_by_role("dialog", name="Change the message")
    await expect(dialog.get_by_label("The new words")).to_be_focused()
    await dialog.get_by_label("The new words").fill("It leaves tomorrow.")
    await dialog.get_by_role("button", name="Change", exact=True).click()
    await expect(said).to_contain_text("It leaves tomorrow.")
    await expect(said).to_contain_text("Edited")
    await expect(log).to_contain_text("It leaves tomorrow.")
    await expect(log).not_to_contain_text("today")

    await more.click()
    await desk.page.get_by_role("menuitem", name="Take the message back").click()
    await desk.page.get_by_role("button", name="Take back", exact=True).click()
    await expect(desk.thread).to_contain_text("This message was deleted by its author.")
    await expect(log.get_by_role("listitem")).to_have_text([re.compile("When does it leave")])
    await expect(desk.thread.get_by_role("button", name="More for this message")).to_have_count(0)
    await context.close()


async def _say(page: Page, text: str) -> None:
    await page.get_by_label("Message", exact=True).fill(text)
    await page.get_by_role("button", name="Send").click()
