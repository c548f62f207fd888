"""The command line, run as its users run it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from connectors.registry import Registry
from gateway.cli import COMMANDS, parser
from gateway.commands.inboxes import _places

ROOT = Path(__file__).parents[2]


def parley(
    *arguments: str, given: bytes = b"", data: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "gateway", *arguments],
        cwd=ROOT,
        env={**os.environ, "PARLEY_DATA_DIR": str(data)} if data else None,
        input=given,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_every_command_parses_and_exists() -> None:
    import importlib

    extra = {"channel new": ["x"], "channel picture": ["x"],
             "explain webhook": ["--channel", "api"],
             "explain send": ["--channel", "api"], "archive export": ["out"],
             "archive verify": ["x"], "audit export": ["x"], "config import": ["x"],
             "agent add": ["a@b.example"],
             "agent passwd": ["a@b.example"], "inbox add": ["api", "Shop"],
             "inbox set": ["a@b.example"],
             "inbox dkim": ["a@b.example"], "inbox texts": ["a@b.example"],
             "blocked add": ["a@b.example"], "blocked remove": ["a@b.example"]}  # fmt: skip
    for command in COMMANDS:
        words = [*command.words, *extra.get(" ".join(command.words), [])]
        target = parser().parse_args(words).target
        module, _, function = target.partition(":")
        assert callable(getattr(importlib.import_module(f"gateway.commands.{module}"), function))


def test_help_names_every_command_and_group() -> None:
    shown = parley("--help").stdout.decode()
    for command in COMMANDS:
        assert f"\n    {command.words[0]} " in shown


def test_settings_are_listed_with_their_meaning() -> None:
    shown = parley("settings").stdout.decode()
    assert "PARLEY_MAIL_DOMAIN\n    the domain of our Message-IDs" in shown


def test_a_date_that_is_none_is_named() -> None:
    done = parley("archive", "export", "out", "--since", "garbage")
    assert done.returncode == 2
    assert b"--since 'garbage' is no date" in done.stderr


def test_explaining_goes_on_after_an_input_that_fails(tmp_path: Path) -> None:
    good = tmp_path / "good.eml"
    good.write_bytes(b"From: a@b.example\r\nSubject: Hi\r\n\r\nHello\r\n")
    names = f"{tmp_path / 'none.eml'}\0{good}\0"
    done = parley("explain", "mail", "--stdin0", given=names.encode())
    first, second = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 0
    assert "FileNotFoundError" in first["error"]
    assert (second["file"], second["subject"]) == (str(good), "Hi")


def test_attachments_are_extracted_by_content_not_by_name(tmp_path: Path) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes(
        b'From: a@b.example\r\nContent-Type: text/plain; name="x"\r\n'
        b'Content-Disposition: attachment; filename="../../evil"\r\n\r\nbody\r\n'
    )
    done = parley("explain", "mail", "--extract", str(tmp_path / "out"), str(mail))
    (attachment,) = json.loads(done.stdout)["attachments"]
    path = Path(attachment["path"])
    assert path.parent == tmp_path / "out"
    assert path.read_bytes().startswith(b"body")


def test_explaining_a_webhook_and_a_send(tmp_path: Path) -> None:
    case = tmp_path / "case.json"
    body = {"id": "1", "sender": {"id": "u1"}, "text": "Hi"}
    case.write_text(json.dumps({"method": "POST", "url": "https://x.example/h", "headers": {},
        "content_type": "application/json", "body": json.dumps(body)}))  # fmt: skip
    settings = ("--setting", "allow_unsigned=true")
    done = parley("explain", "webhook", "--channel", "api", *settings, str(case))
    seen = json.loads(done.stdout)
    assert (seen["file"], seen["events"][0]["text"]) == (str(case), "Hi")
    case.write_text(json.dumps({"message": {"recipient": "+14155550100", "text": "Hi"},
        "replies": [{"status": 201, "headers": {}, "body": {"sid": "SM1"}}]}))  # fmt: skip
    done = parley("explain", "send", "--channel", "twilio_sms", str(case))
    assert json.loads(done.stdout)["outcome"]["state"] == "sent", done.stdout


def test_explaining_starts_without_the_web_server() -> None:
    code = (
        "import sys; from gateway.cli import main; main(['explain', 'mail']);"
        "sys.exit(any(name.split('.')[0] in {'aiohttp', 'pymongo', 'arq'} for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == 0


def test_wrong_settings_say_what_to_do() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "serve"],
        cwd=ROOT,
        env={"PARLEY_HTTP_PORT": "x", "PATH": "/usr/bin"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert b"PARLEY_HTTP_PORT" in done.stderr
    assert b"Traceback" not in done.stderr


def test_openapi_is_printed() -> None:
    assert json.loads(parley("openapi").stdout)["openapi"] == "3.1.0"


def test_an_inbox_is_added_once_and_its_secret_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hidden-in-a-file\n")
    wanted = ("inbox", "add", "email", "Support", "--address", "support@halden.example")
    key = f"smtp_password={tmp_path / 'key'}"
    done = parley(*wanted, "--secret", key, data=tmp_path / "var")
    assert done.returncode == 0, done.stderr
    shown = parley("inbox", "list", data=tmp_path / "var").stdout
    assert b"support@halden.example" in shown
    again = parley(*wanted, data=tmp_path / "var")
    assert (again.returncode, again.stderr) == (1, b"parley: another inbox has this address\n")
    assert b"hidden" not in done.stdout + done.stderr + shown


def test_a_setting_is_changed_and_the_others_stay(tmp_path: Path) -> None:
    data, address = tmp_path / "var", "support@halden.example"
    one = ("inbox", "set", address)
    parley("inbox", "add", "email", "Support", "--address", address, data=data)
    parley(*one, "--setting", "imap_host=one.invalid", data=data)
    stays = parley(*one, "--setting", "imap_folder=Desk", data=data)
    assert stays.returncode == 0, stays.stderr
    assert b"one.invalid" in stays.stdout
    refused = parley(*one, "--setting", "port=1", data=data)
    assert b"email has no setting 'port'; it has imap_host" in refused.stderr
    unknown = parley("inbox", "set", "nobody@halden.example", data=data)
    assert b"there is no inbox 'nobody@halden.example'" in unknown.stderr
    assert (refused.returncode, unknown.returncode) == (1, 1)


def test_an_inbox_with_a_wrong_setting_is_refused_by_name(tmp_path: Path) -> None:
    done = parley("inbox", "add", "email", "X", "--setting", "port=1", data=tmp_path / "var")
    assert done.returncode == 1
    assert b"email has no setting 'port'; it has imap_host" in done.stderr


def test_an_address_that_needs_a_secret_says_so() -> None:
    base = SimpleNamespace(registry=Registry.load())
    for channel, end in (("email_postmark", "i?token=<webhook secret>"), ("email_mailgun", "i")):
        inbox = SimpleNamespace(id="i", channel=channel)
        (place,) = _places(base, inbox, "https://parley.example")
        assert place == f"webhook: https://parley.example/hooks/{channel}/{end}"
