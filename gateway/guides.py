"""A channel's page as data: its sections, and the steps of setting it up. Pure."""

import re

import msgspec

SECTION = re.compile(r"^## +(.+?)\s*$", re.MULTILINE)
STEP = re.compile(r"^\d+\. +", re.MULTILINE)
PICTURE = re.compile(r"^!\[[^\]]*\]\(setup\.svg\)\s*$", re.MULTILINE)
NEEDS, STEPS, WORKS = "What you need", "Setting it up", "What works"


class Guide(msgspec.Struct, frozen=True, kw_only=True):
    """Markdown; ``steps`` without their numbers."""

    needs: str
    steps: tuple[str, ...]
    works: str


def guide(readme: str) -> Guide:
    """Sections that a page lacks are empty."""
    titles = list(SECTION.finditer(readme))
    ends = [title.start() for title in titles[1:]] + [len(readme)] * bool(titles)
    sections = {
        title[1]: readme[title.end() : end].strip() for title, end in zip(titles, ends, strict=True)
    }
    return Guide(
        needs=PICTURE.sub("", sections.get(NEEDS, "")).strip(),
        steps=_steps(sections.get(STEPS, "")),
        works=sections.get(WORKS, ""),
    )


def _steps(section: str) -> tuple[str, ...]:
    """Its numbered list, with what stands behind it in the last; or all of it as one."""
    before, *steps = STEP.split(section)
    return tuple(" ".join(step.split()) for step in steps or [before] if step)
