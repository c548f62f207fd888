"""The DNS client against a server on the loopback."""

import asyncio

import pytest

from connectors.kit.dns import DnsClient, _host_and_port
from tests.peers.name_server import BROKEN, SILENT, serving

ZONE = {
    ("a.example", "TXT"): ["v=spf1 -all", "x" * 600],
    ("a.example", "MX"): ["10 mx.a.example."],
    ("silent.example", "TXT"): SILENT,
    ("broken.example", "TXT"): BROKEN,
    ("huge.example", "TXT"): ["y" * 20_000, "small"],
    ("many.example", "A"): [f"192.0.2.{n}" for n in range(1, 200)],
}


async def test_answers_in_full_and_remembers_them() -> None:
    async with serving(ZONE) as server:
        client = DnsClient([server.address], lookup_s=20.0)
        answer = await client.lookup("A.example.", "TXT")
        assert answer.outcome == "found"
        assert set(answer.records) == {"v=spf1 -all", "x" * 600}
        assert (await client.lookup("a.example", "MX")).records == ("mx.a.example",)
        await client.lookup("a.example", "TXT")
        assert server.asked["a.example", "TXT"] == 1


async def test_no_name_and_no_record_are_told_apart() -> None:
    async with serving(ZONE) as server:
        client = DnsClient([server.address], lookup_s=20.0)
        assert (await client.lookup("nowhere.example", "TXT")).outcome == "absent"
        assert (await client.lookup("a.example", "PTR")).outcome == "none"


@pytest.mark.parametrize("name", ["silent.example", "broken.example"])
async def test_failure_is_said_in_time_and_not_sought_again(name: str) -> None:
    async with serving(ZONE) as server:
        client = DnsClient([server.address], lookup_s=0.4)
        assert (await client.lookup(name, "TXT")).outcome == "failed"
        before = server.asked[name, "TXT"]
        assert (await client.lookup(name, "TXT")).outcome == "failed"
        assert server.asked[name, "TXT"] == before


async def test_what_is_asked_at_once_is_asked_once() -> None:
    async with serving(ZONE) as server:
        client = DnsClient([server.address], lookup_s=20.0)
        await asyncio.gather(*(client.lookup("a.example", "TXT") for _ in range(30)))
        assert server.asked["a.example", "TXT"] == 1


async def test_hostile_answers_are_cut() -> None:
    async with serving(ZONE) as server:
        client = DnsClient([server.address], lookup_s=20.0)
        assert (await client.lookup("huge.example", "TXT")).records == ("small",)
        assert len((await client.lookup("many.example", "A")).records) == 50


@pytest.mark.parametrize("name", ["a" * 70 + ".example", "a..example", "", "\u0000.example"])
async def test_impossible_names_are_absent_or_failed(name: str) -> None:
    async with serving(ZONE) as server:
        answer = await DnsClient([server.address], lookup_s=20.0).lookup(name, "TXT")
        assert answer.outcome in {"absent", "none", "failed"}


def test_servers_as_people_write_them() -> None:
    assert _host_and_port("10.0.0.1") == ("10.0.0.1", "")
    assert _host_and_port("10.0.0.1:5353") == ("10.0.0.1", "5353")
    assert _host_and_port("[::1]:5353") == ("::1", "5353")
    assert _host_and_port("2001:db8::1") == ("2001:db8::1", "")
