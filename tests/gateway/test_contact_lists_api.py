"""Lists of contacts through the API and a worker, on the real stores."""

import asyncio
import csv
import io
import re

from tests.gateway.house import House, Person


async def upload(person: Person, data: bytes, name: str = "people.csv"):
    headers = {"X-CSRF-Token": person.csrf, "Content-Type": "application/octet-stream"}
    path = f"/api/v1/contact-imports?name={name}"
    async with person.http.post(path, data=data, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def settled(person: Person, id: str):
    async with asyncio.timeout(30):
        while True:
            job = await person.get(f"/contact-imports/{id}")
            if job["state"] not in {"running", "undoing"}:
                return job
            await asyncio.sleep(0.05)


async def run(person: Person, job, **start):
    wish = {"mapping": job["mapping"], "dry_run": False, "verified": True, **start}
    status, started = await person.call("POST", f"/contact-imports/{job['id']}/start", wish)
    assert status == 200, started
    return await settled(person, job["id"])


def counts(job, *names):
    return tuple(job["counts"][name] for name in names)


LIST = "Name;E-Mail;Company\nAna;ana@x.example;Acme\nBen;;ACME\n王小明;not an address;\n"


async def test_a_list_is_tried_read_and_taken_back(admin: Person) -> None:
    status, job = await upload(admin, LIST.encode("gb18030"))
    assert (status, job["encoding"], job["delimiter"]) == (201, "gb18030", ";")
    assert job["mapping"] == ["name", "mailto", "organisation"]
    tried = await run(admin, job, dry_run=True)
    assert counts(tried, "lines", "created", "failed") == (3, 2, 1)
    assert (await admin.get("/contacts"))["items"] == []
    errors = await admin.get(f"/contact-imports/{job['id']}/errors")
    assert errors["items"] == [
        {"line": 4, "column": "E-Mail", "reason": "this is not a mail address"}
    ]
    done = await run(admin, job)
    assert (counts(done, "created", "failed"), done["progress"]) == ((2, 1), 1.0)
    people = {one["name"]: one for one in (await admin.get("/contacts"))["items"]}
    assert {one["organisation"]["name"] for one in people.values()} == {"Acme"}
    assert people["Ana"]["points"][0]["verified"]
    await admin.call("PATCH", f"/contacts/{people['Ben']['id']}", {"vip": 2})
    status, _ = await admin.call("POST", f"/contact-imports/{job['id']}/undo")
    undone = await settled(admin, job["id"])
    assert (undone["state"], counts(undone, "removed", "kept")) == ("undone", (1, 1))
    assert [one["name"] for one in (await admin.get("/contacts"))["items"]] == ["Ben"]


async def test_known_people_are_changed_once_and_changed_back(admin: Person) -> None:
    _, known = await admin.call(
        "POST",
        "/contacts",
        {"name": "Ana", "points": [{"family": "mailto", "address": "ana@x.example"}]},
    )
    data = "name,mailto,vip\nAna Berg,ana@x.example,2\nAna Berg,ana@x.example,2\n"
    _, job = await upload(admin, data.encode())
    done = await run(admin, job)
    assert counts(done, "created", "updated", "unchanged") == (0, 1, 1)
    card = await admin.get(f"/contacts/{known['id']}")
    assert (card["name"], card["vip"], card["version"]) == ("Ana Berg", 2, 2)
    _, again = await upload(admin, data.encode())
    assert counts(await run(admin, again), "updated", "unchanged") == (0, 2)
    await admin.call("POST", f"/contact-imports/{job['id']}/undo")
    undone = await settled(admin, job["id"])
    assert counts(undone, "restored", "kept") == (1, 0)
    card = await admin.get(f"/contacts/{known['id']}")
    assert (card["name"], card["vip"]) == ("Ana", 0)


async def test_many_lines_come_in_slices_and_go_again(admin: Person) -> None:
    lines = "".join(f"Person {n},p{n % 120}@x.example\n" for n in range(170))
    _, job = await upload(admin, ("name,mailto\n" + lines).encode())
    done = await run(admin, job)
    assert counts(done, "lines", "created", "updated") == (170, 120, 50)
    await admin.call("POST", f"/contact-imports/{job['id']}/undo")
    undone = await settled(admin, job["id"])
    assert counts(undone, "removed", "restored", "kept") == (120, 50, 0)
    assert (await admin.get("/contacts"))["items"] == []


async def test_bad_lists_and_wishes_are_problems(house: House, admin: Person) -> None:
    for data, field in ((b"", "file"), (b"\x00\x01\x02\n", "file"), (b",,\n", "file")):
        status, problem = await upload(admin, data)
        assert (status, problem["field"]) == (422, field), data
    _, job = await upload(admin, b"name,mailto\nAna,a@x.example\n")
    path = f"/contact-imports/{job['id']}/start"
    wrong = {"mapping": ["name", "shoe"], "dry_run": True}
    status, problem = await admin.call("POST", path, wrong)
    assert (status, problem["field"]) == (422, "mapping[1]")
    wrong = {"mapping": job["mapping"], "dry_run": True, "encoding": "klingon"}
    status, problem = await admin.call("POST", path, wrong)
    assert (status, problem["field"]) == (422, "encoding")
    await run(admin, job)
    status, problem = await admin.call("POST", path, {"mapping": job["mapping"], "dry_run": False})
    assert (status, problem["type"]) == (409, "/problems/refused")
    jun = await house.person("jun@halden.example")
    assert (await upload(jun, b"name\nAna\n"))[0] == 403
    assert (await jun.call("GET", f"/contact-imports/{job['id']}"))[0] == 403
    assert (await jun.call("GET", "/contact-export"))[0] == 403


async def test_what_is_exported_can_be_read_again(admin: Person) -> None:
    wish = {"owner": "contact", "key": "nick", "name": {"en": "Nick"}, "kind": "text"}
    await admin.call("PUT", "/contact-attributes", wish)
    points = [
        {"family": "mailto", "address": "a@x.example"},
        {"family": "mailto", "address": "b@x.example"},
        {"family": "tel", "address": "+41 79 000 11 22"},
        {"family": "telegram", "address": "77"},
    ]
    attributes = {"nick": "=1+1"}
    await admin.call(
        "POST", "/contacts", {"name": '=cmd|"/C calc"!A0', "points": points,
                              "attributes": attributes, "vip": 1}
    )  # fmt: skip
    (ana,) = (await admin.get("/contacts?q=cmd"))["items"]
    consent = {"purpose": "marketing", "granted": True, "how": "form; signed"}
    assert (await admin.call("PUT", f"/contacts/{ana['id']}/consents", consent))[0] == 200
    status, data = await admin.call("GET", "/contact-export")
    assert status == 200
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    cells = dict(zip(*rows, strict=True))
    assert cells["name"] == '\'=cmd|"/C calc"!A0'
    assert (cells["tel"], cells["points"]) == ("'+41790001122", "telegram:77")
    assert re.fullmatch(r"marketing=granted \S+Z form; signed", cells["consents"])
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in rows[1])
    _, job = await upload(admin, data)
    done = await run(admin, job)
    assert counts(done, "lines", "unchanged", "failed") == (1, 1, 0)
