"""Templates that a provider has approved."""

from gateway.api.answer import Answer


class ProviderTemplate(Answer, frozen=True, kw_only=True):
    """``body`` has its gaps as ``{{1}}``, ``params`` of them; a reply fills them in order."""

    name: str
    language: str
    category: str
    body: str
    params: int


class ProviderTemplateList(Answer, frozen=True, kw_only=True):
    """By name and language."""

    items: list[ProviderTemplate]
