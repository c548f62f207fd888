from pathlib import Path

import pytest

from tests.site import Site


@pytest.mark.parametrize("role", ["edge", "worker"])
async def test_large_blocks_that_were_freed_go_back_to_the_system(site: Site, role: str) -> None:
    """Else each edge keeps the 19 MB that its first login took."""
    for pid in site.pids(role):
        assert b"MALLOC_MMAP_THRESHOLD_=1048576" in _environment(pid)


def _environment(pid: int) -> list[bytes]:
    return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
