# ruff: noqa: E501 - files and requests on one line each
"""From requests in every form to events of every kind."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.declarative.times import AUTO, moment, zone_of
from connectors.errors import FetchFailed, Malformed
from connectors.events import SenderId
from tests.connectors.declarative.channels import HEAD, NOW, UNSIGNED, connected, request

MESSAGE = '[[receive.events]]\nkind = "message"\n'
FORM = "application/x-www-form-urlencoded"


def parsed(folder, events, *args, head=UNSIGNED, **kwargs):
    return connected(folder, head + events).parse(request(*args, **kwargs))


def only(folder, events, *args, **kwargs):
    found = parsed(folder, events, *args, **kwargs)
    assert not found.bad
    [event] = found.events
    return event


FIELDS = MESSAGE + 'id = "fields.id"\nsender = "fields.from"\ntext = "fields.text"\n'


@pytest.mark.parametrize(
    "asked",
    [
        {"body": "id=1&from=%2B15550199&text=H%C3%A9", "kind": FORM},
        {"body": '{"id": 1, "from": "+15550199", "text": "H\u00e9"}'},
        {"body": '{"message": {"id": 1, "from": "+15550199", "text": "H\u00e9"}}'},
        {"body": "<m><id>1</id><from>+15550199</from><text>H\u00e9</text></m>", "kind": "text/xml"},
        {"query": "id=1&from=%2B15550199&text=H%C3%A9", "method": "GET", "kind": ""},
        {"query": "id=1&from=%2B15550199", "body": "text=H%C3%A9", "kind": FORM},
        {"body": b"id=1&from=%2B15550199&text=H%E9", "kind": FORM},
        {"body": b"id=1&from=%2B15550199&text=H%E9", "kind": FORM + "; charset=iso-8859-1"},
        {"body": '{"id": 1, "from": "+15550199", "text": "H\u00e9"}', "kind": "text/plain"},
        {"body": "<m><id>1</id><from>+15550199</from><text>H\u00e9</text></m>", "kind": ""},
    ],
)
def test_fields_are_found_wherever_they_are(tmp_path, asked):
    event = only(tmp_path, FIELDS, **asked)
    assert (event.native_id, event.senders[0].value, event.text) == ("1", "+15550199", "Hé")


def test_a_charset_that_is_named_is_believed_in_form_and_query(tmp_path):
    head = HEAD + '[receive]\nsignature = { type = "none" }\ncharset = "iso-8859-5"\n'
    for asked in ({"body": b"id=1&from=7&text=%BF%E0", "kind": FORM}, {"query": "id=1&from=7&text=%BF%E0"}):  # fmt: skip
        assert only(tmp_path, FIELDS, head=head, **asked).text == "Пр"


def test_xml_attributes_and_repeated_elements(tmp_path):
    events = MESSAGE + 'each = "to_array(body.message)"\nid = "item.id"\nsender = "item.from"\ntext = "item.content.text"\n'  # fmt: skip
    one = '<message id="1" from="7"><content type="t">a</content></message>'
    two = one.replace('"1"', '"2"').replace(">a<", ">b<")
    assert only(tmp_path, events, f"<r>{one}</r>", "text/xml").text == "a"
    found = parsed(tmp_path, events, f'<r xmlns="urn:x">{one}{two}</r>', "text/xml")
    assert [event.text for event in found.events] == ["a", "b"]


@pytest.mark.parametrize("body", ["<a", "<!DOCTYPE a><a/>", "<a>" * 200 + "</a>" * 200, "{", "["])
def test_what_cannot_be_read_is_malformed(tmp_path, body):
    kind = "text/xml" if body.startswith("<") else "application/json"
    with pytest.raises(Malformed):
        parsed(tmp_path, FIELDS, body, kind)


BATCH = (
    '[[receive.events]]\nkind = "receipt"\neach = "body.results"\nwhen = "item.status"\n'
    'id = "item.id"\nstate = "item.status"\nstates = { delivered = ["ok", 4], failed = "*" }\n'
    '[[receive.events]]\nkind = "message"\neach = "body.results"\nwhen = "item.from"\n'
    'id = "item.id"\nsender = "item.from"\n'
)


def test_one_request_may_hold_many_events_and_one_bad_item_loses_no_other(tmp_path):
    body = '{"results": [{"id": 1, "from": "7"}, {"x": 1}, {"status": "ok"}, 5, {"id": 2, "status": 4}]}'
    found = parsed(tmp_path, BATCH, body)
    assert [type(e).__struct_config__.tag for e in found.events] == ["message", "receipt"]
    assert [(one.index, one.reason.partition(" (")[0]) for one in found.bad] == [
        (1, "no event of the channel fits this item"),
        (2, "id is missing"),
        (3, "no event of the channel fits this item"),
    ]


def test_an_empty_list_is_a_genuine_nothing_and_no_list_is_malformed(tmp_path):
    assert parsed(tmp_path, BATCH, '{"results": []}').events == ()
    for body in ('{"results": null}', "{}", '{"results": "x"}'):
        with pytest.raises(Malformed):
            parsed(tmp_path, BATCH, body)


def test_a_list_without_end_is_put_aside_whole(tmp_path):
    with pytest.raises(Malformed, match="more than 10000 items"):
        parsed(tmp_path, BATCH, '{"results": [' + "1," * 10_000 + "1]}")


def test_what_is_known_to_say_nothing_is_ignored(tmp_path):
    head = HEAD + "[receive]\nsignature = { type = 'none' }\nignore = \"body.type == 'ping'\"\n"
    event = MESSAGE + 'when = "body.from"\nsender = "body.from"\n'
    assert parsed(tmp_path, event, '{"type": "ping"}', head=head).events == ()
    with pytest.raises(Malformed, match="no event of the channel fits"):
        parsed(tmp_path, event, '{"type": "pong"}', head=head)


def test_everything_that_a_message_has(tmp_path):
    event = only(
        tmp_path,
        MESSAGE
        + """
id = "body.id"
dedupe = "text('e', body.id)"
sender = "body.from"
sender_name = "body.name"
recipient = "body.to"
region = "US"
text = "body.text"
html = "body.html"
subject = "body.subject"
reply_to = "body.context.id"
time = "body.at"
time_format = ["%d/%m/%Y %H:%M", "epoch"]
time_zone = "Asia/Manila"
files = { each = "body.media", url = "file.href", ref = "file.id", name = "file.name", type = "file.mime", kind = "file.kind", size = "file.bytes" }
""",
        """{"id": 9007199254740993, "from": "(415) 555-0123", "name": "Ann", "to": "24453",
        "text": "a", "html": "<b>a</b>", "subject": "s", "context": {"id": "p"},
        "at": "04/03/2026 18:15", "media": [{"href": "https://x/a.png", "bytes": 5},
        {"id": "f1", "kind": "voice", "name": "a.ogg", "mime": "audio/ogg"}]}""",
    )
    assert event.native_id == "9007199254740993"
    assert event.dedupe_id == "e9007199254740993"
    assert event.senders == (SenderId(family="tel", value="+14155550123"),)
    assert event.thread_key == "24453/+14155550123"
    assert (event.sender_name, event.html, event.subject) == ("Ann", "<b>a</b>", "s")
    assert event.reply_to == "p"
    assert event.occurred_at == datetime(2026, 3, 4, 10, 15, tzinfo=UTC)
    first, second = event.attachments
    assert (first.kind, first.url, first.media_type, first.size) == (
        "image", "https://x/a.png", "image/png", 5)  # fmt: skip
    assert (second.kind, second.ref, second.name) == ("voice", "f1", "a.ogg")


def test_a_message_without_id_is_the_same_within_the_minute_and_another_later(tmp_path):
    event = MESSAGE + 'sender = "fields.from"\ntext = "fields.text"\n'
    ids = {
        only(tmp_path, event, '{"from": "7", "text": "a"}', at=NOW + timedelta(seconds=s)).dedupe_id
        for s in (1, 59, 61)
    }
    assert len(ids) == 2
    other = only(tmp_path, event, '{"from": "7", "text": "b"}')
    assert other.dedupe_id not in ids


def test_parts_of_a_long_text_keep_their_numbers(tmp_path):
    event = FIELDS + 'segments = { number = "fields.part", total = "fields.parts" }\n'
    part = only(tmp_path, event, "id=1&from=7&text=b&part=2&parts=3", FORM)
    assert (part.native_id, part.text) == ("1/2", "(2/3) b")
    whole = only(tmp_path, event, "id=1&from=7&text=b&part=1&parts=1", FORM)
    assert (whole.native_id, whole.text) == ("1", "b")


def test_families_have_their_own_spelling(tmp_path):
    event = MESSAGE + 'sender = "fields.from"\nfamily = "whatsapp"\n'
    for raw in ("whatsapp:+15550199", "+15550199", "15550199"):
        found = only(tmp_path, event, f'{{"from": "{raw}"}}')
        assert found.senders[0].canonical == "whatsapp:15550199"
    page = MESSAGE + 'sender = "body.from"\nscope = "body.page"\nfamily = "acme"\n'
    found = only(tmp_path, page, '{"from": "acme:7", "page": "p"}')
    assert found.senders[0].canonical == "acme:p/7"


def test_files_of_which_only_an_id_came(tmp_path):
    event = only(
        tmp_path,
        MESSAGE + 'sender = "body.from"\nfiles = { each = "body.photos", ref = "file.id" }\n',
        '{"from": "+15550199", "photos": [{"id": "p1", "w": 9}, {"id": "p2"}]}',
    )
    assert [(file.ref, file.url) for file in event.attachments] == [("p1", ""), ("p2", "")]


INLINE = UNSIGNED + MESSAGE + 'sender = "body.from"\nfiles = "inline(body.data, body.mime)"\n'


@pytest.mark.parametrize(
    ("data", "mime", "known", "kind"),
    [
        ("aGFsZGVuPz8/", "image/jpeg", "image/jpeg", "image"),
        ("aGFsZGVuPz8_", "", "", "file"),
        ("aGFs\\r\\nZGVuPz8/", "image/jpeg", "image/jpeg", "image"),
        ("data:image/png;base64,aGFsZGVuPz8/", "", "image/png", "image"),
    ],
)
async def test_a_file_inside_the_request(tmp_path, data, mime, known, kind):
    channel = connected(tmp_path, INLINE)
    body = f'{{"from": "+15550199", "data": "{data}", "mime": "{mime}"}}'
    [event] = channel.parse(request(body)).events
    [file] = event.attachments
    assert (file.kind, file.media_type) == (kind, known)
    assert b"".join([piece async for piece in await channel.fetch(file.url)]) == b"halden???"


async def test_what_is_no_file_inside_the_request_is_said_for_good(tmp_path):
    channel = connected(tmp_path, INLINE)
    for data in ("data:image/png,plain", "data:image/png;base64,a", "data:;base64,!!!!"):
        with pytest.raises(FetchFailed, match="no base64") as failed:
            [piece async for piece in await channel.fetch(data)]
        assert not failed.value.retry


def test_no_file_inside_the_request_is_none(tmp_path):
    assert only(tmp_path, INLINE.removeprefix(UNSIGNED), '{"from": "+15550199"}').attachments == ()


def test_a_file_that_cannot_be_read_says_which_name_of_it(tmp_path):
    text = MESSAGE + 'sender = "body.from"\nfiles = { each = "body.photos", name = "file.title" }\n'
    with pytest.raises(Malformed, match="files: url: dict where text was expected"):
        parsed(tmp_path, text, '{"from": "+15550199", "photos": [{"id": "p1"}]}')


def test_reports_that_come_as_columns(tmp_path):
    text = """[[receive.events]]
kind = "receipt"
each = "rows({id: split(fields.ids, ','), state: split(fields.states, ',')})"
id = "item.id"
state = "item.state"
states = { delivered = 404, failed = 405 }
"""
    found = parsed(tmp_path, text, query="ids=a,b&states=404,405", method="GET", kind="")
    assert [(one.native_id, one.state) for one in found.events] == [
        ("a", "delivered"),
        ("b", "failed"),
    ]


def test_names_of_soap_stand_without_their_prefixes(tmp_path):
    body = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:c="x"><s:Header/><s:Body><c:mo><from>+15550199</from><text>Hi</text></c:mo></s:Body></s:Envelope>'
    text = MESSAGE + 'sender = "body.Body.mo.from"\ntext = "fields.text"\n'
    event = only(tmp_path, text, body, kind="text/xml")
    assert (event.senders[0].value, event.text) == ("+15550199", "Hi")


def test_a_condition_that_is_false_is_no_text(tmp_path):
    event = (
        MESSAGE
        + "sender = 'fields.from'\ntext = \"fields.type == 'sms' && fields.text\"\nfiles = \"fields.type == 'mms' && fields.text\"\n"
    )
    sms = only(tmp_path, event, '{"from": "7", "type": "sms", "text": "https://x/a.png"}')
    mms = only(tmp_path, event, '{"from": "7", "type": "mms", "text": "https://x/a.png"}')
    assert (sms.text, sms.attachments) == ("https://x/a.png", ())
    assert (mms.text, mms.attachments[0].kind) == ("", "image")


def test_a_shared_place_is_a_file_of_its_own_kind(tmp_path):
    event = MESSAGE + 'sender = "body.from"\nfiles = "[body.image, geo(body.lat, body.lon)][]"\n'
    found = only(tmp_path, event, '{"from": "7", "lat": 1.5, "lon": 2}')
    assert [(f.kind, f.url) for f in found.attachments] == [("location", "geo:1.500000,2.000000")]


@pytest.mark.parametrize(
    ("event", "body", "wanted"),
    [
        ('kind = "edit"\nid = "body.id"\ntext = "body.text"', '{"id": 1, "text": "b"}',
         {"native_id": "1", "text": "b"}),
        ('kind = "delete"\nid = "body.id"', '{"id": 1}', {"native_id": "1", "dedupe_id": "1:delete"}),
        ('kind = "reaction"\nid = "body.id"\nsender = "body.by"\nemoji = "body.e"',
         '{"id": 1, "by": "7", "e": "x"}', {"native_id": "1", "emoji": "x"}),
        ('kind = "postback"\nid = "body.id"\nsender = "body.by"\ntext = "body.t"\npayload = "body.p"',
         '{"id": 1, "by": "7", "t": "Yes", "p": "y"}', {"text": "Yes", "payload": "y"}),
        ('kind = "typing"\nsender = "body.by"\nstate = "body.s"\nstates = { on = "start", off = "stop" }',
         '{"by": "7", "s": "stop"}', {"typing": False}),
        ('kind = "membership"\nsender = "body.by"\nstate = "body.s"', '{"by": "7", "s": "left"}',
         {"change": "left"}),
        ('kind = "call"\nid = "body.id"\nsender = "body.by"\nstate = "body.s"\nduration = "body.d"',
         '{"id": 1, "by": "7", "s": "missed", "d": "3.2"}', {"state": "missed", "duration_s": 3}),
        ('kind = "alert"\nid = "body.id"\nsender = "body.by"\nstate = "body.s"\ntext = "body.t"',
         '{"id": 1, "by": "db", "s": "firing", "t": "full"}', {"state": "firing", "text": "full"}),
        ('kind = "receipt"\nmessage_id = "body.ref"\nstate = "body.s"', '{"ref": "m1", "s": "READ"}',
         {"message_id": "m1", "native_id": "", "state": "read", "dedupe_id": "m1:read"}),
    ],
)  # fmt: skip
def test_kinds(tmp_path, event, body, wanted):
    found = only(tmp_path, f"[[receive.events]]\n{event}\n", body)
    assert {name: getattr(found, name) for name in wanted} == wanted


def test_states_that_nobody_knows_are_seen_and_those_that_say_nothing_are_not(tmp_path):
    event = (
        '[[receive.events]]\nkind = "receipt"\nid = "body.id"\nstate = "body.s"\n'
        'states = { delivered = "ok", ignore = "queued" }\nreason = "body.why"\n'
    )
    assert parsed(tmp_path, event, '{"id": 1, "s": "queued"}').events == ()
    with pytest.raises(Malformed, match="unknown state 'odd'"):
        parsed(tmp_path, event, '{"id": 1, "s": "odd"}')


def test_acknowledgements(tmp_path):
    def acked(ack, **asked):
        text = f"{HEAD}[receive]\nsignature = {{ type = 'none' }}\nack = {ack}\n{FIELDS}"
        return connected(tmp_path, text).ack(request(**asked))

    plain = acked('{ body = "OK" }')
    assert (plain.status, plain.body) == (200, b"OK")
    assert plain.headers == {"content-type": "text/plain; charset=utf-8"}
    assert acked("{ json = { code = 0 } }").body == b'{"code":0}'
    echo = acked('{ status = 202, headers = { X-Id = "{fields.id}" } }', body=b'{"id": "a\\nb"}')
    assert (echo.status, echo.headers) == (202, {"X-Id": "a b"})
    assert acked('{ body = "{body.id}" }', body=b"{").body == b""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1772619330", "2026-03-04T10:15:30+00:00"),
        (1772619330123, "2026-03-04T10:15:30.123000+00:00"),
        ("1772619330.69", "2026-03-04T10:15:30.690000+00:00"),
        ("1772619330123456", "2026-03-04T10:15:30.123000+00:00"),
        ("20260304101530", "2026-03-04T10:15:30+00:00"),
        ("2026-03-04T10:15:30Z", "2026-03-04T10:15:30+00:00"),
        ("2026-03-04T10:15:30.906335123+0100", "2026-03-04T09:15:30.906000+00:00"),
        ("2026-03-04 10:15:30", "2026-03-04T10:15:30+00:00"),
        ("Wed, 04 Mar 2026 10:15:30 +0000", "2026-03-04T10:15:30+00:00"),
    ],
)
def test_times_are_understood(text, wanted):
    assert moment(text, (AUTO,), UTC).isoformat() == wanted


@pytest.mark.parametrize("text", ["yesterday", "nan", "inf", "1e300", "-1e300", "99999999999999999999999", "2026-13-01", [1]])  # fmt: skip
def test_times_that_are_none(text):
    with pytest.raises(ValueError, match=r"not in the form|where text"):
        moment(text, (AUTO,), UTC)


def test_a_time_without_zone_is_local_to_the_channel():
    at = moment("2026-07-01 12:00:00", (AUTO,), zone_of("Europe/Paris"))
    assert at.isoformat() == "2026-07-01T10:00:00+00:00"
