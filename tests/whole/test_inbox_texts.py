"""An inbox's signature and templates: written by an administrator, seen before and after Send."""

import json

import pytest

from tests.api_client import ApiProblem
from tests.peers.smtp_sink import SmtpSink
from tests.site import Site
from tests.whole.far_side import Inboxes, delivered, eventually, mail, reply

pytestmark = pytest.mark.asyncio(loop_scope="session")
TEXTS = {
    "signatures": {"en": "{{agent.name}}, {{inbox.name}}", "zh-CN": "{{agent.name}} 敬上"},
    "templates": [
        {"name": "Label", "texts": {"en": "Your label for {{ticket.subject}}.", "zh": "退货标签"}}
    ],
}


async def _wrote(site: Site, inboxes: Inboxes, subject: str, words: str) -> dict:
    raw = (
        f"From: Ada <ada@posta.example>\nTo: support@halden.example\nSubject: {subject}\n"
        f"Message-ID: <{subject.replace(' ', '')}@posta.example>\nMIME-Version: 1.0\n"
        f"Content-Type: text/plain; charset=utf-8\n\n{words}\n"
    )
    await mail(inboxes["email"], raw, "ada@posta.example")
    return await eventually(lambda: site.db["messages"].find_one({"subject": subject}))


async def test_what_is_previewed_is_what_goes_out_and_what_is_shown(
    site: Site, sink: SmtpSink, inboxes: Inboxes
) -> None:
    path = f"/inboxes/{inboxes['email']['id']}"
    await site.client.call("PATCH", path, TEXTS)
    try:
        kept = await site.client.call("GET", f"{path}/texts")
        assert kept == {**TEXTS, "acknowledgements": {}, "too_large": {}}
        message = await _wrote(site, inboxes, "Return label", "Hello, please send me a label.")
        ticket = message["ticket_id"]
        query = {"conversation_id": message["conversation_id"]}
        seen = await site.client.call("GET", f"/tickets/{ticket}/texts", query=query)
        assert seen["signature"] == "Mira Okafor, email"
        assert seen["templates"] == [{"name": "Label", "text": "Your label for Return label."}]
        sent = await reply(site, message, seen["templates"][0]["text"])
        assert (sent["reply_text"], sent["signature"]) == (
            "Your label for Return label.",
            "Mira Okafor, email",
        )
        assert not sent["quoted"]
        await delivered(site, sent["id"], "sent")
        [arrived] = [one for one in sink.mails if "[#" in str(one["Subject"])
                     and "Return label" in str(one["Subject"])]  # fmt: skip
        plain = arrived.get_payload(0).get_payload(decode=True).decode()
        assert plain.endswith("-- \r\nMira Okafor, email\r\n")
        chinese = await _wrote(site, inboxes, "退货标签问题", "你好，请问退货标签在哪里？谢谢。")
        query = {"conversation_id": chinese["conversation_id"]}
        seen = await site.client.call("GET", f"/tickets/{chinese['ticket_id']}/texts", query=query)
        assert (seen["signature"], seen["templates"][0]["text"]) == ("Mira Okafor 敬上", "退货标签")
    finally:
        await site.client.call("PATCH", path, {"signatures": {}, "templates": []})


async def test_a_blank_that_is_none_is_refused(site: Site, inboxes: Inboxes) -> None:
    with pytest.raises(ApiProblem) as refused:
        await site.client.call(
            "PATCH", f"/inboxes/{inboxes['email']['id']}", {"signatures": {"en": "{{agent.pw}}"}}
        )
    assert (refused.value.status, refused.value.document["field"]) == (422, "signatures")


async def test_an_operator_writes_texts_by_files(site: Site, inboxes: Inboxes) -> None:
    def written(name: str, text: str) -> str:
        (site.directory / name).write_text(text, encoding="utf-8")
        return f"en={name}"

    address = inboxes["email"]["address"]
    printed = await site.cli(
        *("inbox", "texts", address, "--signature", written("sig", "Yours, {{agent.name}}\n")),
        *("--template", "Thanks", written("thanks", "Thank you, {{contact.name}}.")),
    )
    assert json.loads(printed) == {
        "signatures": {"en": "Yours, {{agent.name}}"},
        "acknowledgements": {},
        "too_large": {},
        "templates": [{"name": "Thanks", "texts": {"en": "Thank you, {{contact.name}}."}}],
    }
    printed = await site.cli(
        *("inbox", "texts", address, "--signature", written("sig", "")),
        *("--template", "Thanks", written("thanks", "")),
    )
    assert not any(json.loads(printed).values())
