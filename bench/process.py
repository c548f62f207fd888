"""What processes cost, read from /proc: CPU seconds and resident memory of a whole tree."""

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import msgspec

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_UTIME, _STIME, _CUTIME, _CSTIME, _RSS = 11, 12, 13, 14, 21  # proc(5), after the command's ")"


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """CPU seconds since each process began (its reaped children included), and bytes resident."""

    cpu_s: float
    resident: int


def _stat(pid: int) -> list[str]:
    text = Path(f"/proc/{pid}/stat").read_text()
    return text[text.rindex(")") + 2 :].split()


def usage(pids: Iterable[int]) -> Usage:
    """The sum over ``pids``; those that ended meanwhile count as nothing."""
    ticks = pages = 0
    for pid in pids:
        try:
            fields = _stat(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += sum(int(fields[i]) for i in (_UTIME, _STIME, _CUTIME, _CSTIME))
        pages += int(fields[_RSS])
    return Usage(cpu_s=ticks / _TICKS, resident=pages * _PAGE)


def tree(root: int) -> set[int]:
    """``root`` and every living descendant."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                children[int(_stat(int(entry.name))[1])].append(int(entry.name))
            except (FileNotFoundError, ProcessLookupError):
                continue
    found, queue = {root}, [root]
    while queue:
        for child in children[queue.pop()]:
            if child not in found:
                found.add(child)
                queue.append(child)
    return found


def command(pid: int) -> str:
    """The command line with spaces between its words; "" when the process is gone."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return raw.replace(b"\0", b" ").decode(errors="replace").strip()
