"""The templates that Meta has approved for a business account.

https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account/message_templates
"""

import re
from collections.abc import Mapping

import msgspec

from connectors.contract import TemplateInfo
from connectors.errors import FetchFailed
from connectors.http import Http, LineBroken, NotSent

APPROVED = "APPROVED"
PAGE, MOST_PAGES = 100, 20
GAP = re.compile(r"\{\{\s*\w+\s*\}\}")


class _Component(msgspec.Struct, frozen=True, kw_only=True):
    type: str = ""
    text: str = ""


class _Template(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    language: str = ""
    status: str = ""
    category: str = ""
    components: list[_Component] = []


class _Cursors(msgspec.Struct, frozen=True, kw_only=True):
    after: str = ""


class _Paging(msgspec.Struct, frozen=True, kw_only=True):
    cursors: _Cursors = _Cursors()
    next: str = ""


class _Page(msgspec.Struct, frozen=True, kw_only=True):
    data: list[_Template] = []
    paging: _Paging = _Paging()


async def list_templates(
    http: Http, base_url: str, account_id: str, headers: Mapping[str, str]
) -> tuple[TemplateInfo, ...]:
    """All approved ones, by name. Raises FetchFailed."""
    if not account_id:
        return ()
    found: list[TemplateInfo] = []
    after = ""
    for _ in range(MOST_PAGES):
        page = await _page(http, f"{base_url}/{account_id}/message_templates", after, headers)
        found.extend(_info(one) for one in page.data if one.status.upper() == APPROVED)
        after = page.paging.cursors.after if page.paging.next else ""
        if not after:
            break
    return tuple(sorted(found, key=lambda one: (one.name, one.language)))


async def _page(http: Http, url: str, after: str, headers: Mapping[str, str]) -> _Page:
    query = f"?fields=name,language,status,category,components&limit={PAGE}"
    query += f"&after={after}" if after else ""
    try:
        reply = await http.request("GET", url + query, headers=headers)
    except (NotSent, LineBroken) as error:
        raise FetchFailed(str(error), retry=True) from error
    page = reply.read(_Page)
    if not reply.ok or page is None:
        raise FetchFailed(f"templates: answered {reply.status}", retry=True, status=reply.status)
    return page


def _info(template: _Template) -> TemplateInfo:
    body = next((one.text for one in template.components if one.type.upper() == "BODY"), "")
    return TemplateInfo(
        name=template.name,
        language=template.language,
        category=template.category.lower(),
        body=body,
        params=len(dict.fromkeys(GAP.findall(body))),
    )
