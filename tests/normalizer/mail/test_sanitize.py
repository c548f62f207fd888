"""Rule 20: HTML from outside shows nothing unasked and does nothing at all."""

import pytest

from normalizer.mail.html_text import render
from normalizer.mail.sanitize import (
    MAX_NESTING,
    MAX_REFERENCES,
    MAX_TAGS,
    SanitizedHtml,
    canonical_html,
    shown,
)


def sanitize_html(page: str, own_origin: str = "") -> SanitizedHtml:
    """What an agent is shown of a stored page."""
    return shown(canonical_html(page), own_origin)


@pytest.mark.parametrize(
    "page",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,<script>alert(1)</script>">x</a>',
        '<iframe src="https://x.example"></iframe>',
        "<svg><script>alert(1)</script></svg>",
        '<p style="background:url(https://x.example/alert(1))">x</p>',
        '<div style="position:fixed;alert(1)">x</div>',
        "<style>@import url(https://x.example/alert(1))</style>",
        '<form action="https://x.example"><input name="alert(1)"></form>',
        '<meta http-equiv="refresh" content="0;url=https://x.example/alert(1)">',
        '<base href="https://x.example/alert(1)">',
        '<img src="data:image/svg+xml;base64,alert(1)">',
        "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    ],
)
def test_nothing_dangerous_is_left(page):
    html = sanitize_html(page).html
    assert "alert(1)" not in html
    assert "x.example" not in html


@pytest.mark.parametrize(
    "src", ["https://x.example/a.png", "//x.example/a.png", "HTTP://x.example"]
)
def test_remote_images_wait_until_asked_for(src):
    safe = sanitize_html(f'<p>a</p><img src="{src}" alt="tent">')
    assert safe.remote_content
    assert " src=" not in safe.html
    assert f'data-remote-src="{src}"' in safe.html
    assert 'alt="tent"' in safe.html


def test_images_of_the_mail_itself_are_shown():
    safe = sanitize_html(
        '<img src="cid:a@b"><img src="CID:%3Cc@d%3E"><img src="data:image/png;base64,AA">'
    )
    assert not safe.remote_content
    assert safe.html.count(' src="cid:') == 2
    assert 'src="data:image/png;base64,AA"' in safe.html


def test_a_sender_cannot_set_what_we_set():
    assert "data-remote-src" not in sanitize_html('<img data-remote-src="https://x.example">').html


def test_words_that_look_like_attributes_stay_words():
    page = '<p>write src="https://x.example" and &lt;img src="https://x.example"&gt;</p>'
    assert render(canonical_html(page))[0].text == (
        'write src="https://x.example" and <img src="https://x.example">'
    )
    assert not sanitize_html(page).remote_content


def test_links_are_kept_and_do_not_tell_where_they_come_from():
    html = sanitize_html('<a href="https://halden.example" target="_top">x</a>').html
    assert 'href="https://halden.example"' in html
    assert 'rel="noopener noreferrer nofollow"' in html
    assert "target" not in html


def test_only_known_marks_survive():
    html = sanitize_html(
        '<div class="gmail_quote evil" id="x">q</div><div id="divRplyFwdMsg">r</div>'
    ).html
    assert 'class="gmail_quote"' in html
    assert 'id="divRplyFwdMsg"' in html
    assert "evil" not in html


@pytest.mark.parametrize(
    "url",
    [
        "https://desk.halden.example/api/v1/attachments/7",
        "//desk.halden.example/api/v1/x",
        "HTTPS://DESK.halden.example//api/v1/x",
        "/api/v1/attachments/7",
        "https://desk.halden.example:8443/api/v1/x",
        "https://desk.halden.example./api/v1/x",
        "https://me:you@desk.halden.example/api/v1/x",
        "https:\\\\desk.halden.example\\api/v1/x",
        "https://desk.halden.example/help/../api/v1/x",
        "https://desk.halden.example/./%61pi/v1/x?api/v1",
        "ht&#10;tps://desk.halden.example/a&#9;pi/v1/x",
        "https://desk.halden%2Eexample/api/v1/x",
        "api/v1/attachments/7",
    ],
)
def test_links_and_images_into_our_own_api_are_removed(url):
    page = f'<a href="{url}">x</a><img src="{url}">'
    html = sanitize_html(page, "https://desk.halden.example").html
    assert "api/v1" not in html


def test_links_to_our_pages_stay():
    html = sanitize_html(
        '<a href="https://desk.halden.example/help">x</a>', "https://desk.halden.example"
    )
    assert "/help" in html.html


def test_thousands_of_links_still_open():
    page = "".join(f'<p><a href="https://halden.example/{n}">tent {n}</a></p>' for n in range(5000))
    assert sanitize_html(page).html.count("<a ") == 5000


def test_depth_and_number_of_tags_are_bounded():
    deep = sanitize_html("<div>" * 50_000 + "tent" + "</div>" * 50_000).html
    assert "tent" in deep
    assert deep.count("<div>") <= MAX_NESTING
    assert sanitize_html("<hr>" * (MAX_TAGS * 2)).html.count("<hr>") <= MAX_TAGS


def test_text_reads_as_a_browser_shows_it():
    page = (
        "<head><title>no</title><style>no</style></head><p>one\n two</p><div>three<br>four</div>"
        "<table><tr><td>a</td><td>b</td></tr></table><pre>x\n  y</pre>&lt;z&gt; &amp;&nbsp;w"
    )
    text = "\n".join(line.text for line in render(canonical_html(page)))
    assert text.split("\n") == [
        "one two", "", "three", "four", "a\tb", "x", "  y", "<z> & w",
    ]  # fmt: skip


@pytest.mark.parametrize("reference", ["&", "&#x", "&nbsp;"])
def test_the_number_of_character_references_is_bounded(reference):
    """Their parser is quadratic: 2 MB of them would hold up every other mail for a minute."""
    html = sanitize_html("<p>tent</p>" + reference * (MAX_REFERENCES * 2)).html
    assert "tent" in html
    assert html.count("&") <= MAX_REFERENCES
