"""Rule 41: what was written now, without the quoted past and without the signature."""

import pytest

from normalizer.mail.parse import parse_mail
from normalizer.mail.quotes import plain_lines, split_reply


def plain(text: str) -> str:
    return split_reply(plain_lines(text)).reply


def html(page: str) -> str:
    raw = b"Content-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()
    return parse_mail(raw).reply_text


ANNOUNCEMENTS = [
    "On Mon, Jun 1, 2026 at 10:00 AM Mira Okafor <mira@halden.example> wrote:",
    "On Mon, Jun 1, 2026 at 10:00 AM Mira Okafor <\nmira@halden.example> wrote:",
    "On 1 Jun 2026, at 10:00, Mira Okafor wrote:",
    "Am 01.06.2026 um 10:00 schrieb Mira Okafor:",
    "Am Mo., 1. Juni 2026 um 10:00 Uhr schrieb Mira Okafor <mira@halden.example>:",
    "Mira Okafor <mira@halden.example> schrieb am Mo., 1. Juni 2026, 10:00:",
    "Le lun. 1 juin 2026 à 10:00, Mira Okafor <mira@halden.example> a écrit :",
    "El lun, 1 jun 2026 a las 10:00, Mira Okafor (<mira@halden.example>) escribió:",
    "Em seg., 1 de jun. de 2026 às 10:00, Mira Okafor <mira@halden.example> escreveu:",
    "Il giorno lun 1 giu 2026 alle ore 10:00 Mira Okafor <mira@halden.example> ha scritto:",
    "Op ma 1 jun. 2026 om 10:00 schreef Mira Okafor <mira@halden.example>:",
    "Den mån 1 juni 2026 kl 10:00 skrev Mira Okafor <mira@halden.example>:",
    "пн, 1 июн. 2026 г. в 10:00, Mira Okafor <mira@halden.example>:",
    "1 июня 2026 г., 10:00, Mira Okafor написал(а):",
    "pon., 1 cze 2026 o 10:00 Mira Okafor <mira@halden.example> napisał(a):",
    "W dniu 1.06.2026 o 10:00, Mira Okafor pisze:",
    "Mira Okafor <mira@halden.example> 于2026年6月1日周一 10:00写道：",
    "在 2026年6月1日，10:00，Mira Okafor <mira@halden.example> 写道：",
    "2026年6月1日(月) 10:00 Mira Okafor <mira@halden.example>:",
    "Dne po 1. 6. 2026 10:00 uživatel Mira Okafor <mira@halden.example> napsal:",
    "-----Original Message-----\nFrom: Mira Okafor",
    "-----Ursprüngliche Nachricht-----\nVon: Mira Okafor",
    "----- Message d'origine -----",
    '------------------ 原始邮件 ------------------\n发件人: "Mira"',
    "-------- Исходное сообщение --------",
    "##- Please type your reply above this line -##",
]


@pytest.mark.parametrize("announcement", ANNOUNCEMENTS)
@pytest.mark.parametrize("quote", ["> ", ""])
def test_the_past_is_cut_where_it_is_announced(announcement, quote):
    past = f"{quote}Which size?\n{quote}\n{quote}Mira"
    assert plain(f"Size L, please.\n\n{announcement}\n{past}\n") == "Size L, please."


BLOCKS = [
    ("From", "Sent", "To", "Subject"),
    ("Von", "Gesendet", "An", "Betreff"),
    ("De", "Envoyé", "À", "Objet"),
    ("De", "Enviado el", "Para", "Asunto"),
    ("De", "Enviada em", "Para", "Assunto"),
    ("Da", "Inviato", "A", "Oggetto"),
    ("Van", "Verzonden", "Aan", "Onderwerp"),
    ("Från", "Skickat", "Till", "Ämne"),
    ("От", "Отправлено", "Кому", "Тема"),
    ("Od", "Wysłano", "Do", "Temat"),
    ("发件人", "发送时间", "收件人", "主题"),
    ("差出人", "送信日時", "宛先", "件名"),
]


@pytest.mark.parametrize("labels", BLOCKS)
@pytest.mark.parametrize("rule", ["", "________________________________\n"])
def test_the_header_block_of_outlook_is_known_in_twelve_languages(labels, rule):
    sender, sent, to, subject = labels
    block = (
        f"{rule}{sender}: Mira Okafor <mira@halden.example>\n{sent}: 1. 6. 2026 10:00\n"
        f"{to}: jk@example.org\n{subject}: Zelt\n\nWhich size?\n"
    )
    assert plain(f"Size L, please.\n\n{block}") == "Size L, please."
    assert (
        plain("Size L, please.\n\n*" + block.lstrip("_\n").replace(":", ":*")) == "Size L, please."
    )


PAGES = [
    '<div dir="ltr">Size L.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On '
    'Mon, Mira wrote:<br></div><blockquote class="gmail_quote">Which size?</blockquote></div>',
    '<div>Size L.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Mira'
    "</div><div>Which size?</div>",
    '<p>Size L.</p><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> Mira<br>'
    "<b>Sent:</b> Monday<br><b>To:</b> J<br><b>Subject:</b> Tent</p></div><p>Which size?</p>",
    '<div>Size L.</div><div><blockquote type="cite"><div>On Jun 1, 2026, at 10:00, Mira'
    " wrote:</div><div>Which size?</div></blockquote></div>",
    '<div>Size L.</div><div id="ydp1yahoo_quoted_1" class="yahoo_quoted">On Monday, Mira wrote:'
    " Which size?</div>",
    '<p>Size L.</p><div class="moz-cite-prefix">On 01.06.26 10:00, Mira wrote:<br></div>'
    '<blockquote type="cite">Which size?</blockquote>',
    '<div>Size L.</div><div class="protonmail_quote">On Monday, Mira wrote:<blockquote>Which size?'
    "</blockquote></div>",
    "<div>Size L.</div><div><br></div><div>------------------&nbsp;Original&nbsp;------------------"
    "</div><div>Which size?</div>",
    "<div>Size L.</div><div><sign>------------------&nbsp;原始邮件&nbsp;------------------</div>"
    "<div>Which size?</div></sign>",
    '<div>Size L.</div><div style="zoom:1"></div><pre>At 2026-06-01 10:00:00, "Mira"'
    " &lt;mira@halden.example&gt; wrote:</pre><blockquote>Which size?</blockquote>",
    '<div>Size L.</div><div>01.06.2026, 10:00, "Mira" &lt;mira@halden.example&gt;:</div>'
    "<blockquote>Which size?</blockquote>",
]


@pytest.mark.parametrize("page", PAGES)
def test_the_marks_of_mail_programs_are_known(page):
    assert html(page) == "Size L."


def test_a_reply_under_the_quote_is_found():
    assert plain("On Mon, 1 Jun 2026, Mira wrote:\n> Which size?\n\nSize L.") == "Size L."


def test_a_reply_around_one_quote_keeps_both_ends():
    text = "Hi Mira,\n\nOn Mon, 1 Jun 2026, Mira wrote:\n> Which size?\n\nSize L.\nBye"
    assert plain(text).split() == ["Hi", "Mira,", "Size", "L.", "Bye"]


def test_interleaved_answers_keep_what_they_answer():
    text = (
        "On Mon, 1 Jun 2026, Mira wrote:\n> Which size?\nSize L.\n> Which colour?\nBlue.\n"
        "> Mira\n> Halden"
    )
    reply = plain(text)
    assert "> Which size?\nSize L.\n> Which colour?\nBlue." in reply
    assert "Halden" not in reply


def test_only_quoted_text_is_kept_when_there_is_nothing_else():
    assert plain("> Which size?") == "> Which size?"
    forwarded = "---------- Forwarded message ----------\nFrom: Mira\n\nWhich size?"
    assert "Which size?" in plain(forwarded)


@pytest.mark.parametrize(
    "text",
    [
        "Please note: the tent is wet.\nFrom: the shop\nI bought it on Monday.",
        "I wrote: nothing.\nThen I left at 10:00 and said so:\nbye",
        "My list:\n- tent\n- stove\n\nFrom what I see, all is there.",
        "5 > 3 and\nx >= 2",
        "Two -- dashes -- in a line",
    ],
)
def test_when_in_doubt_more_is_kept(text):
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "signature"),
    [
        ("Size L.\n-- \nJ. Kim\n+1 555 0100", "-- \nJ. Kim\n+1 555 0100"),
        ("Size L.\n--\nJ. Kim", "--\nJ. Kim"),
        ("Size L.\n\nSent from my iPhone", "Sent from my iPhone"),
        ("Size L.\n\nVon meinem iPhone gesendet", "Von meinem iPhone gesendet"),
        ("Size L.\n\nEnvoyé de mon iPhone", "Envoyé de mon iPhone"),
        ("Size L.\n\n发自我的iPhone", "发自我的iPhone"),
        ("Size L.\n\niPhoneから送信", "iPhoneから送信"),
        ("Size L.\n\nGet Outlook for Android", "Get Outlook for Android"),
    ],
)
def test_signatures_stand_apart(text, signature):
    parts = split_reply(plain_lines(text))
    assert (parts.reply, parts.signature) == ("Size L.", signature)


def test_a_signature_that_the_program_marks_is_known():
    page = '<div>Size L.</div><div class="gmail_signature"><div>J. Kim</div><div>Halden</div></div>'
    assert html(page) == "Size L."


def test_the_address_of_a_link_is_not_lost_to_those_who_see_text():
    assert html('<p>See <a href="https://halden.example/t">our tent</a>.</p>') == (
        "See our tent (https://halden.example/t)."
    )
    assert html('<a href="https://halden.example">halden.example</a>') == "halden.example"


def test_the_quoted_past_is_kept_apart():
    parts = split_reply(plain_lines("Size L.\n\nOn 1 Jun 2026 Mira wrote:\n> Which size?"))
    assert parts.quoted == "On 1 Jun 2026 Mira wrote:\n> Which size?"
