"""The page behind List-Unsubscribe: one click by a mail program, two by a person.

Opening the link changes nothing: scanners and previews open every link of a mail.
"""

from html import escape

from aiohttp import web

from gateway.errors import Refused
from outbound.automatic.leaving import PATH, LeavingLinks
from outbound.errors import LinkForged
from outbound.suppression.handlers import Suppressions
from storage.ids import utc_now

_PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem}}
button{{font:inherit;padding:.5rem 1rem}}</style><h1>{title}</h1><p>{words}</p>{form}</html>"""
_FORM = '<form method="post"><button>{button}</button></form>'
_WORDS = {
    "en": (
        "Automatic mail",
        "Send no more automatic mail to {address}? Answers by people still arrive.",
        "No more automatic mail",
        "No automatic mail is sent to {address} any more.",
    ),
    "zh": (
        "自动邮件",
        "不再向 {address} 发送自动邮件？人工回复仍会送达。",
        "不再接收自动邮件",
        "将不再向 {address} 发送自动邮件。",
    ),
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class LeavingPages:
    """Public: the signed link is all that it takes."""

    def __init__(self, links: LeavingLinks, suppressions: Suppressions) -> None:
        self._links = links
        self._suppressions = suppressions

    def routes(self) -> list[web.RouteDef]:
        """GET asks, POST leaves (RFC 8058 section 3.2)."""
        path = f"{PATH}{{token}}"
        return [web.get(path, self.ask), web.post(path, self.leave)]

    async def ask(self, request: web.Request) -> web.Response:
        """A button."""
        return _page(request, self._address(request), done=False)

    async def leave(self, request: web.Request) -> web.Response:
        """What the body says does not matter."""
        address = self._address(request)
        await self._suppressions.leave(address, utc_now())
        return _page(request, address, done=True)

    def _address(self, request: web.Request) -> str:
        try:
            return self._links.opened(request.match_info["token"])
        except LinkForged as error:
            raise Refused(404, "not-found", "there is no such page") from error


def _page(request: web.Request, address: str, *, done: bool) -> web.Response:
    asked = request.headers.get("Accept-Language", "").lower()
    lang = "zh" if asked.startswith("zh") else "en"
    title, question, button, over = _WORDS[lang]
    words = (over if done else question).format(address=escape(address))
    form = "" if done else _FORM.format(button=button)
    text = _PAGE.format(lang=lang, title=title, words=words, form=form)
    return web.Response(text=text, content_type="text/html", headers=_HEADERS)
