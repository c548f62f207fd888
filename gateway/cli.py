"""The ``parley`` command. What a subcommand needs is imported when it runs: explaining many
files, or asking for help, must not wait for the web server's libraries.
"""

import argparse
import importlib
import sys
from collections.abc import Callable

import msgspec

from gateway.commands.exits import WRONG_ARGUMENTS
from gateway.version import VERSION

Run = Callable[[argparse.Namespace], int]
# permissions.BUILT_IN, which must not be imported for this
ROLES = ("admin", "supervisor", "agent", "light", "compliance")


class Command(msgspec.Struct, frozen=True):
    """``parley words...``: ``module:function`` of gateway.commands, and its arguments."""

    words: tuple[str, ...]
    target: str
    help: str
    arguments: Callable[[argparse.ArgumentParser], None] = lambda _parser: None


def _run_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-demo", action="store_true", help="no demo data: for real use")


def _new_channel(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--declarative", action="store_true", help="a channel.toml (default)")
    kind.add_argument("--code", action="store_true", help="a connector in Python")
    parser.add_argument("--into", default="", help="folder that gets the channel's folder")


def _check_channel(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="or a channel.toml; all when none is given"
    )


def _names(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="+", metavar="NAME")


def _channel_table(parser: argparse.ArgumentParser) -> None:
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--into", default="", metavar="FILE", help="write it between the file's marks")
    way.add_argument("--check", default="", metavar="FILE", help="1 when the file's is another")


def _replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ids", nargs="*", metavar="ID", help="quarantined requests")
    parser.add_argument("--inbox", default="", help="all of this inbox")


def _inputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--stdin0", action="store_true", help="NUL-separated names on stdin")


def _explain_mail(parser: argparse.ArgumentParser) -> None:
    _inputs(parser)
    parser.add_argument("--extract", metavar="DIR", help="write attachments there")
    parser.add_argument(
        "--inbox", default="", help="id or address: say too which ticket the mail would join there"
    )
    parser.add_argument(
        "--check-sender", action="store_true", help="ask the DNS who the mail is really from"
    )
    parser.add_argument("--client", default="", metavar="IP", help="who handed it in: for SPF")
    parser.add_argument("--helo", default="", metavar="NAME", help="how the client greeted")
    parser.add_argument("--mail-from", default="", metavar="ADDRESS", help="the envelope sender")


def _explain_channel(parser: argparse.ArgumentParser) -> None:
    _inputs(parser)
    parser.add_argument("--channel", required=True, metavar="NAME", help="or a channel.toml")
    parser.add_argument("--setting", action="append", default=[], metavar="KEY=VALUE")


def _archive_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", help="a directory to be made, or FILE.tar, or - for standard output")
    parser.add_argument("--since", default="", help="ISO date or time, included")
    parser.add_argument("--until", default="", help="ISO date or time, excluded")
    parser.add_argument("--inbox", action="append", default=[], help="inbox id; all by default")
    parser.add_argument(
        "--as", dest="seen_by", default="", metavar="EMAIL", help="only what this agent may see"
    )


def _archive_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path")


def _audit_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", default="", help="an export; the site by default")
    parser.add_argument("--head", default="", metavar="SUM", help="one that was noted down before")


def _audit_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", help="a file to be made, or - for standard output")
    parser.add_argument("--since", default="", help="ISO date or time, included")
    parser.add_argument("--until", default="", help="ISO date or time, excluded")


def _config_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", nargs="?", default="-", help="a file to be made; standard output")


def _config_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="as exported, or - for standard input")
    parser.add_argument("--apply", action="store_true", help="make the changes that are shown")


def _agent_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email")
    parser.add_argument("--name", default="")
    parser.add_argument("--role", choices=ROLES, default="agent")
    parser.add_argument("--password-stdin", action="store_true", help="else one is made and shown")


def _inbox_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("channel", help="see `parley channel list`")
    parser.add_argument("name", help="what agents see")
    parser.add_argument("--address", default="", help="mail address, number or bot name")
    _inbox_settings(parser)


def _inbox_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("inbox", metavar="INBOX", help="id or address")
    _inbox_settings(parser)


def _inbox_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--setting",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a wrong KEY is answered with all that there are",
    )
    parser.add_argument(
        "--secret", action="append", default=[], metavar="KEY=FILE", help="its value is in FILE"
    )


def _inbox_dkim(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("inbox", metavar="INBOX", help="id or address")
    parser.add_argument("--selector", default="", help="the record's name; `parley` by default")
    parser.add_argument("--new", action="store_true", help="replace the key (choose a selector)")
    parser.add_argument("--ed25519", action="store_true", help="a short key, not known everywhere")


def _inbox_texts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("inbox", metavar="INBOX", help="id or address")
    for name in ("signature", "acknowledgement", "too-large"):
        parser.add_argument(f"--{name}", action="append", default=[], metavar="LANGUAGE=FILE")
    parser.add_argument(
        "--template", action="append", default=[], nargs=2, metavar=("NAME", "LANGUAGE=FILE")
    )


def _suppression(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("addresses", nargs="+", metavar="ADDRESS")


def _suppression_add(parser: argparse.ArgumentParser) -> None:
    _suppression(parser)
    parser.add_argument("--days", type=int, default=None, help="until then; for ever by default")
    parser.add_argument("--reason", default="")


def _agent_passwd(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email")
    parser.add_argument("--password-stdin", action="store_true", help="else one is made and shown")


COMMANDS = (
    Command(("run",), "running:run", "everything in one process tree", _run_arguments),
    Command(("serve",), "running:serve", "only the edge: HTTP and SMTP"),
    Command(("work",), "running:work", "only the workers"),
    Command(("channel", "list"), "channels:list_channels", "installed channels"),
    Command(("channel", "new"), "channels:new", "scaffold a channel", _new_channel),
    Command(("channel", "check"), "channels:check", "run a channel's cases", _check_channel),
    Command(("channel", "table"), "channels:table", "all as a Markdown table", _channel_table),
    Command(("channel", "picture"), "channels:picture", "draw how it is set up", _names),
    Command(("channel", "schema"), "channels:schema", "JSON Schema of channel.toml"),
    Command(("channel", "replay"), "channels:replay", "read quarantined requests again", _replay),
    Command(("explain", "mail"), "explain:mail", "what is made of a mail", _explain_mail),
    Command(("explain", "webhook"), "explain:webhook", "of a request", _explain_channel),
    Command(("explain", "send"), "explain:send", "what would be sent", _explain_channel),
    Command(("archive", "export"), "archives:export", "export with proof", _archive_export),
    Command(("archive", "verify"), "archives:verify", "prove an export", _archive_verify),
    Command(("audit", "verify"), "audit:check", "prove who changed what", _audit_verify),
    Command(("audit", "export"), "audit:export", "facts with their proof", _audit_export),
    Command(("config", "export"), "moving:export", "types, roles, views as YAML", _config_export),
    Command(("config", "import"), "moving:take_in", "show or make the difference", _config_import),
    Command(("doctor",), "doctor:doctor", "check everything and say what to do"),
    Command(("agent", "add"), "agents:add", "add an agent", _agent_add),
    Command(("agent", "passwd"), "agents:passwd", "a new password", _agent_passwd),
    Command(("inbox", "add"), "inboxes:add", "take messages on a channel", _inbox_add),
    Command(("inbox", "set"), "inboxes:change", "change settings, show, check", _inbox_set),
    Command(("inbox", "dkim"), "dkim:dkim", "sign mail, print the DNS record", _inbox_dkim),
    Command(("inbox", "texts"), "texts:texts", "signature, templates ...", _inbox_texts),
    Command(("inbox", "list"), "inboxes:list_inboxes", "inboxes and their ids"),
    Command(("blocked", "list"), "suppressions:show", "addresses that are not written to"),
    Command(("blocked", "add"), "suppressions:add", "write no more to them", _suppression_add),
    Command(("blocked", "remove"), "suppressions:remove", "write to them again", _suppression),
    Command(("demo",), "demo:demo", "fill a running Parley with the demo"),
    Command(("settings",), "settings:settings", "every setting, its default and its meaning"),
    Command(("openapi",), "openapi:openapi", "print the OpenAPI document"),
)
GROUPS = {
    "channel": "list, scaffold, check and replay channels",
    "explain": "what is made of an input, without storing it",
    "archive": "export conversations, prove an export",
    "audit": "who changed what, and its proof",
    "config": "move types, forms, fields, roles, teams and views between sites",
    "inbox": "add, change and list inboxes, sign their mail",
    "blocked": "list, add and remove addresses that are not written to",
    "agent": "add agents, set passwords",
}


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    root = argparse.ArgumentParser(prog="parley", description="Omnichannel messaging gateway")
    root.add_argument("--version", action="version", version=f"parley {VERSION}")
    first = root.add_subparsers(required=True, metavar="COMMAND")
    groups: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}
    for command in COMMANDS:
        under = first
        if len(command.words) > 1:
            group = command.words[0]
            if group not in groups:
                below = first.add_parser(group, help=GROUPS[group], description=GROUPS[group])
                groups[group] = below.add_subparsers(required=True, metavar="COMMAND")
            under = groups[group]
        leaf = under.add_parser(command.words[-1], help=command.help, description=command.help)
        command.arguments(leaf)
        leaf.set_defaults(target=command.target)
    return root


def main(argv: list[str] | None = None) -> int:
    """The exit status: 0 done, 1 failed, 2 wrong arguments or settings."""
    from config.settings import SettingsInvalid

    arguments = parser().parse_args(argv)
    module, _, function = arguments.target.partition(":")
    run: Run = getattr(importlib.import_module(f"gateway.commands.{module}"), function)
    try:
        return run(arguments)
    except SettingsInvalid as error:
        print(f"parley: {error}", file=sys.stderr)
        return WRONG_ARGUMENTS
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
