"""docs/cli.md tells of every command and option what `--help` says, and of no other."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from ledger.export import CSV_COLUMNS
from timebank.cli import main
from timebank.exchanges.exports import BalanceRow
from timebank.exchanges.exports import StatementRow

PAGE = (Path(__file__).parents[3] / "docs" / "cli.md").read_text(encoding="utf-8")


def commands(group: click.Group, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """Walk through every command that does something."""
    for name, command in group.commands.items():
        inside = click.Context(command, parent=context, info_name=name)
        if isinstance(command, click.Group):
            yield from commands(command, inside)
        else:
            yield command, inside


def all_commands() -> Iterator[tuple[click.Command, click.Context]]:
    return commands(main, click.Context(main, info_name="timebank"))


def heading(command: click.Command, context: click.Context) -> str:
    """Write a command as its section is called: with its arguments, without its options."""
    arguments = [one.make_metavar(context) for one in command.params if isinstance(one, click.Argument)]
    return f"### `{' '.join([context.command_path, *arguments])}`"


def squeezed(text: str) -> str:
    return " ".join(text.split())


def options(command: click.Command, context: click.Context) -> list[str]:
    """Write each option as the page does, word for word from the help."""
    records = [one.get_help_record(context) for one in command.params if isinstance(one, click.Option)]
    return [f"- `{record[0]}`: {squeezed(record[1])}" for record in records if record]


def sections() -> dict[str, str]:
    """Take the page apart by its commands."""
    parts = re.split(r"^(### .*)$|^## .*$", PAGE, flags=re.MULTILINE)
    return {name: body for name, body in zip(parts[1::2], parts[2::2], strict=True) if name}


def test_the_page_tells_of_every_command_and_of_no_other() -> None:
    assert sorted(sections()) == sorted(heading(*one) for one in all_commands())


def test_every_command_is_explained_as_its_help_does() -> None:
    written = sections()
    for command, context in all_commands():
        body = written[heading(command, context)]
        assert squeezed(command.help or "") in squeezed(body), context.command_path
        assert re.findall(r"^- `-.*$", body, flags=re.MULTILINE) == options(command, context)


def test_every_command_prints_its_help() -> None:
    for command, context in all_commands():
        assert squeezed(command.help or "") in squeezed(command.get_help(context))


def test_every_column_is_explained() -> None:
    written = sections()
    for name, columns in (
        ("### `timebank export csv`", CSV_COLUMNS),
        ("### `timebank balances`", BalanceRow._fields),
        ("### `timebank statement MEMBER`", StatementRow._fields),
    ):
        explained = re.findall(r"^\| (`.*?) \|", written[name], flags=re.MULTILINE)
        assert re.findall(r"`(\w+)`", " ".join(explained)) == list(columns)
