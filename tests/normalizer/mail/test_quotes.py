"""Rule 41: what was written now, without the quoted past and without the signature."""

import tomllib
from html import escape
from pathlib import Path

import pytest

from normalizer.mail.parse import parse_mail
from normalizer.mail.quotes import plain_lines, split_reply


def plain(text: str) -> str:
    return split_reply(plain_lines(text)).reply


def html(page: str) -> str:
    raw = b"Content-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()
    return parse_mail(raw).reply_text


HERE = Path(__file__).parent
PROGRAMS = tomllib.loads((HERE / "announcements.toml").read_text())
ANNOUNCEMENTS = {
    f"{program}-{language}": text
    for program, rows in PROGRAMS.items()
    for language, text in rows.items()
}
BLOCKS = PROGRAMS["outlook_block"]
DEVICES = tomllib.loads((HERE / "device_lines.toml").read_text())


@pytest.mark.parametrize("announcement", ANNOUNCEMENTS.values(), ids=ANNOUNCEMENTS.keys())
@pytest.mark.parametrize("quote", ["> ", ""], ids=["marked", "bare"])
def test_the_past_is_cut_where_it_is_announced(announcement, quote):
    past = f"{quote}Which size?\n{quote}\n{quote}Mira"
    parts = split_reply(plain_lines(f"Size L, please.\n\n{announcement}\n\n{past}\n"))
    assert parts.reply == "Size L, please."
    assert announcement in parts.quoted
    assert parts.signature == ""


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS.keys())
def test_a_line_drawn_over_the_header_block_goes_with_it(block):
    ruled = f"Size L, please.\n\n{'_' * 32}\n{block}\n\nWhich size?\n"
    assert plain(ruled) == "Size L, please."
    bold = "\n".join("*" + line.replace(":", ":*", 1) for line in block.split("\n"))
    assert plain(f"Size L, please.\n\n{bold}\n\nWhich size?") == "Size L, please."


FORWARDS = [
    "---------- Forwarded message ---------",
    "Begin forwarded message:",
    "-------- Forwarded Message --------",
    "-------- Weitergeleitete Nachricht --------",
    "Anfang der weitergeleiteten Nachricht:",
    "-------- Message transféré --------",
    "Début du message réexpédié :",
    "-------- Mensaje reenviado --------",
    "Inicio del mensaje reenviado:",
    "---------- Mensagem encaminhada ---------",
    "Início da mensagem reencaminhada:",
    "---------- Messaggio inoltrato ---------",
    "Inizio messaggio inoltrato:",
    "---------- Doorgestuurd bericht ---------",
    "Begin doorgestuurd bericht:",
    "-------- Пересылаемое сообщение --------",
    "Начало переадресованного сообщения:",
    "---------- Przekazana wiadomość ---------",
    "Początek przekazywanej wiadomości:",
    "---------- Vidarebefordrat meddelande ---------",
    "Vidarebefordrat brev:",
    "---------- 转发邮件信息 ----------",
    "下面是被转发的邮件：",
    "-------- 転送メッセージ --------",
    "転送されたメッセージ:",
]
ORDER = (
    "From: shop@example.com\nDate: 1 Jun 2026 10:00\nTo: jk@example.org\nSubject: Order\n\nTent, 1"
)


@pytest.mark.parametrize("announcement", FORWARDS)
def test_what_is_passed_on_is_the_message(announcement):
    text = f"Please see to this.\n\n{announcement}\n{ORDER}"
    assert plain(text) == text


@pytest.mark.parametrize(
    "prefix", ["Fwd", "FW", "WG", "TR", "RV", "ENC", "DW", "Doorst", "转发", "転送"]
)
def test_a_header_block_under_a_forwards_subject_is_passed_on(prefix):
    lines = plain_lines(f"Please see to this.\n\n{ORDER}")
    assert "Tent, 1" in split_reply(lines, f"{prefix}: Order").reply
    assert split_reply(lines, f"Re: {prefix}: Order").reply == "Please see to this."


@pytest.mark.parametrize(
    "note",
    [
        "See my answers below in red.",
        "Siehe meine Antworten unten.",
        "Voir mes réponses ci-dessous.",
        "Ver mis respuestas abajo.",
        "Respondi tudo abaixo.",
        "Rispondo sotto.",
        "Zie mijn antwoorden hieronder.",
        "Ответы ниже.",
        "Moje odpowiedzi poniżej.",
        "Se mina svar nedan.",
        "回复见下文",
        "下記に赤字で回答します。",
    ],
)
def test_answers_written_into_the_past_are_kept_where_the_reply_says_so(note):
    page = f"{note}\n\n{BLOCKS['en']}\n\nWhich size?\nL\nWhich colour?\nBlue"
    assert plain(page) == page


def as_html(text: str) -> str:
    return "<br>".join(escape(line) for line in text.split("\n"))


@pytest.mark.parametrize("announcement", ANNOUNCEMENTS.values(), ids=ANNOUNCEMENTS.keys())
@pytest.mark.parametrize("quoted", ["<blockquote>{}</blockquote>", "<div>{}</div>"])
def test_the_past_is_cut_in_html_too(announcement, quoted):
    past = quoted.format("Which size?<br><br>Mira")
    page = f"<p>Size L, please.</p><div>{as_html(announcement)}</div><br>{past}"
    assert html(page) == "Size L, please."


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


PAGES += [
    f"<div>Size L.</div><div {mark}><div>Mira, Monday</div><div>Which size?</div></div>"
    for mark in (
        'class="gmail_quote gmail_quote_container"',
        'id="mail-editor-reference-message-container"',
        'class="ms-outlook-mobile-reference-message skipProofing"',
        'class="yahoo_quoted"',
        'class="protonmail_quote"',
        'class="tutanota_quote"',
        'class="zmail_extra"',
        'class="lark-mail-quote"',
        'id="isReplyContent"',
        'class="ntes-mailmaster-quote"',
        'name="messageReplySection"',
        'id="OLK_SRC_BODY_SECTION"',
        'class="moz-cite-prefix"',
        'id="reply-intro"',
    )
]


@pytest.mark.parametrize("page", PAGES)
def test_the_marks_of_mail_programs_are_known(page):
    assert html(page) == "Size L."


WRITTEN = tomllib.loads((HERE / "pages.toml").read_text())


@pytest.mark.parametrize("page", WRITTEN.values(), ids=WRITTEN.keys())
def test_pages_as_programs_write_them(page):
    raw = b"Subject: Re: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()
    mail = parse_mail(raw)
    assert mail.reply_text == "Size L."
    assert "Which size?" in mail.quoted_text


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


def test_answers_within_a_html_quote_keep_what_they_answer():
    page = (
        '<div class="gmail_quote"><div class="gmail_attr">On Mon, Jun 1, 2026 Mira wrote:</div>'
        '<blockquote class="gmail_quote">Which size?</blockquote><div>L</div>'
        '<blockquote class="gmail_quote">Which colour?</blockquote><div>Blue</div>'
        '<blockquote class="gmail_quote">Mira, Halden</blockquote></div>'
    )
    reply = html(page)
    assert [line for line in reply.split("\n") if line][1:] == [
        "Which size?",
        "L",
        "Which colour?",
        "Blue",
    ]


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


@pytest.mark.parametrize("dashes", ["-- ", "--", "—", "__"])
def test_a_signature_stands_apart(dashes):
    parts = split_reply(plain_lines(f"Size L.\n{dashes}\nJ. Kim\n+1 555 0100"))
    assert (parts.reply, parts.signature) == ("Size L.", f"{dashes}\nJ. Kim\n+1 555 0100")


@pytest.mark.parametrize("line", DEVICES["signature"])
def test_what_a_device_adds_is_a_signature(line):
    parts = split_reply(plain_lines(f"Size L.\n\n{line}"))
    assert (parts.reply, parts.signature) == ("Size L.", line)


@pytest.mark.parametrize("line", DEVICES["text"])
def test_a_customers_words_are_no_signature(line):
    parts = split_reply(plain_lines(f"Hello,\n\n{line}"))
    assert (parts.reply, parts.signature) == (f"Hello,\n\n{line}", "")


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


@pytest.mark.parametrize(
    ("text", "subject", "rule"),
    [
        ("Size L.", "", "no past"),
        ("Size L.\n> Which size?", "", "quoted lines before or after all others"),
        ("Size L.\nOn 1 Jun 2026 Mira wrote:\n> a", "", "somebody wrote at line 2"),
        ("Size L.\n-----Original Message-----\na", "", "a separator at line 2"),
        (f"Size L.\n{ORDER}", "Re: x", "header fields at line 2"),
        (f"See.\n{ORDER}", "Fwd: x", "passed on (header fields at line 2): kept whole"),
        ("> a", "", "no past"),
        ("On 1 Jun 2026 Mira wrote:\n> a", "", "nothing but the past: kept whole"),
        (
            f"See my answers below.\n{ORDER}",
            "",
            "it says that answers stand in the past: kept whole",
        ),
    ],
)
def test_the_rule_that_decided_is_told(text, subject, rule):
    assert split_reply(plain_lines(text), subject).rule == rule
