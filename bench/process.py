"""What processes cost, read from /proc: CPU seconds and memory of a whole tree."""

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import msgspec

_TICKS = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME, _CUTIME, _CSTIME = 11, 12, 13, 14  # proc(5), after the command's ")"


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """CPU seconds since each process began (its reaped children included), and bytes of memory.

    Memory is proportional (PSS): a page that several processes share counts once in their sum.
    """

    cpu_s: float
    memory: int


def _stat(pid: int) -> list[str]:
    text = Path(f"/proc/{pid}/stat").read_text()
    return text[text.rindex(")") + 2 :].split()


def usage(pids: Iterable[int]) -> Usage:
    """The sum over ``pids``; those that ended meanwhile count as nothing."""
    ticks = memory = 0
    for pid in pids:
        try:
            fields = _stat(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += sum(int(fields[i]) for i in (_UTIME, _STIME, _CUTIME, _CSTIME))
        memory += _proportional(pid)
    return Usage(cpu_s=ticks / _TICKS, memory=memory)


def _proportional(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = next((line for line in lines if line.startswith("Pss:")), "Pss: 0 kB")
    return 1024 * int(found.split()[1])


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
