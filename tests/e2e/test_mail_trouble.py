"""A mail that comes back: its agent sees whose it was, what the server said, and what to do."""

import os

import pytest
from aiosmtplib import SMTP
from playwright.async_api import expect

from tests.e2e.conftest import Sit
from tests.e2e.stage import Stage, until

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]
OLGA = ("Olga Berg", "olga@posta.example")
TEXTS = {
    "signatures": {"en": "{{agent.name}}\n{{inbox.name}}"},
    "templates": [{"name": "Return label", "texts": {"en": "Here is your return label."}}],
}
REPORT = """\
From: MAILER-DAEMON@mx.posta.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B0"

--B0
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.posta.example.
--B0
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.posta.example

Final-Recipient: rfc822; olga@posta.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <olga@posta.example>: User unknown

--B0--
"""


async def test_a_returned_mail_is_named_and_its_address_not_written_to(
    stage: Stage, sit: Sit
) -> None:
    line = await stage.inbox("email", **TEXTS)
    await stage.customers.mail(line, OLGA, "Broken zip", "Where do I send it?")
    desk = await sit()
    await desk.look_at(line)
    await desk.open("Broken zip")
    await expect(desk.composer.get_by_label("Signed when it is sent")).to_have_text(
        f"-- Mira Okafor {line.name}"
    )
    await desk.composer.get_by_role("button", name="Insert a template").click()
    await desk.page.get_by_role("menuitem", name="Return label").click()
    await desk.holds("Here is your return label.")
    await desk.composer.get_by_role("button", name="Send").first.click()
    said = desk.thread.get_by_role("article").filter(has_text="Here is your return label.")
    await expect(said).to_contain_text("Sent")
    await expect(said).to_contain_text(line.name)

    def ours() -> list[str]:
        return [e.mail_from for e in stage.sink.envelopes if "olga@posta.example" in e.rcpt_tos]

    await until(lambda: bool(ours()), "the reply has left")
    report = REPORT.format(to=ours()[0]).replace("\n", "\r\n").encode()
    port = stage.site.smtp_port
    async with SMTP(hostname="127.0.0.1", port=port, start_tls=False) as smtp:
        await smtp.sendmail("", [ours()[0]], report)
    await expect(said).to_contain_text("Not delivered: 550 5.1.1")
    await expect(said).to_contain_text("User unknown")
    await expect(desk.thread).to_contain_text("The mail to olga@posta.example was not delivered")
    await expect(desk.composer).to_contain_text("Nothing is sent to olga@posta.example")
    await _picture(desk, "suppressed")
    await desk.pen.fill("Are you there?")
    send = desk.composer.get_by_role("button", name="Send").first
    await expect(send).to_have_attribute("aria-disabled", "true")
    await desk.button("Write there again").click()
    await expect(desk.composer).not_to_contain_text("Nothing is sent to")
    await expect(send).to_have_attribute("aria-disabled", "false")


async def _picture(desk, name: str) -> None:  # type: ignore[no-untyped-def]  # a Desk
    """For people who want to look: PARLEY_PICTURES names a folder."""
    folder = os.environ.get("PARLEY_PICTURES")
    if folder:
        await desk.page.screenshot(path=f"{folder}/{name}.png")
