"""Reads the lines of a beancount export of our own: a directive after the other, and whether all are there.

What beancount would take beyond that is refused: a word that is passed over here could have meant something.
"""

import hashlib
import re
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from datetime import date

from ledger.errors import FileRefused
from ledger.errors import excerpt
from ledger.export import END

_TEXT = r'"((?:[^"\\]|\\.)*)"'
_UNIT = r"[A-Z][A-Z0-9]*"
#: So many digits at most, because long ones take Python too long, and then it refuses them.
_AMOUNT = r"(-?[0-9]{1,40}(?:\.[0-9]{1,9})?)"
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) (.*)")
#: What may stand behind a day, by the kind of what it begins.
_HEADS: Mapping[str, re.Pattern[str]] = {
    "book": re.compile(rf'custom "book" {_TEXT}'),
    "commodity": re.compile(rf"commodity ({_UNIT})"),
    "open": re.compile(rf"open (\S+) ({_UNIT}(?:,{_UNIT})*)"),
    "entry": re.compile(rf"\* {_TEXT}"),
    "balance": re.compile(rf"balance (\S+)  {_AMOUNT} ~ 0 ({_UNIT})"),
}
#: Which facts must stand below each kind, and which may.
_FACTS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "book": (frozenset(), frozenset({"closed"})),
    "commodity": (frozenset({"code", "scale"}), frozenset()),
    "open": (frozenset({"code"}), frozenset({"title", "firm", "floor", "ceiling", "closed"})),
    "entry": (
        frozenset({"entry", "hash", "key", "recorded", "actor"}),
        frozenset({"memo", "limits", "reverses"}),
    ),
    "balance": (frozenset(), frozenset()),
}
_FACT = re.compile(rf"  ([a-z]+): {_TEXT}")
_POSTING = re.compile(rf"  (\S+)  {_AMOUNT} ({_UNIT})")
_ESCAPED = re.compile(r"\\(.)")
_LINE_ENDS = {"n": "\n", "r": "\r"}


@dataclass(frozen=True, slots=True)
class Posting:
    """An account of an entry and what it was debited, or credited where that is below zero."""

    line: int
    account: str
    amount: str
    currency: str


@dataclass(frozen=True, slots=True)
class Directive:
    """What begins with a day, and the facts and postings below it."""

    line: int
    day: date
    kind: str
    words: tuple[str, ...]
    facts: dict[str, str] = field(default_factory=dict)
    postings: list[Posting] = field(default_factory=list)


def directives(pieces: str | Iterable[str]) -> Iterator[Directive]:
    """Read directives from a text, or from pieces of it; raises FileRefused, whatever the file is."""
    digest, current, ended, number = hashlib.sha256(), None, False, 0
    for number, line in _lines([pieces] if isinstance(pieces, str) else pieces):
        if ended:
            raise FileRefused(number, "something stands below the last line")
        if line.startswith(END):
            if line != END + digest.hexdigest():
                raise FileRefused(number, "this is not the hash of the lines above, something was changed")
            ended = True
            continue
        digest.update(_encoded(number, line))
        if line.startswith("  "):
            _belongs(current, number, line)
        elif line and not line.startswith(";"):
            if current is not None:
                yield _whole(current)
            current = _head(number, line)
    if not ended:
        raise FileRefused(number + 1, "the last line is missing, and who knows what else")
    if current is not None:
        yield _whole(current)


def _lines(pieces: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Number lines, in whatever pieces they come."""
    rest, number = "", 0
    try:
        for piece in pieces:
            # By nothing else that Python takes for the end of a line, such as a form feed.
            *whole, rest = (rest + piece).split("\n")
            for line in whole:
                number += 1
                yield number, line
    except UnicodeDecodeError as error:
        raise FileRefused(number + 1, "this is not UTF-8") from error
    if rest:
        yield number + 1, rest


def _encoded(number: int, line: str) -> bytes:
    try:
        return f"{line}\n".encode()
    except UnicodeEncodeError as error:
        raise FileRefused(number, "this is not UTF-8") from error


def _head(number: int, line: str) -> Directive:
    """Read the line that a directive begins with."""
    if (dated := _DAY.fullmatch(line)) is not None:
        for kind, pattern in _HEADS.items():
            if (found := pattern.fullmatch(dated[2])) is not None:
                words = tuple(map(_plain, found.groups()))
                return Directive(number, day_of(number, dated[1]), kind, words)
    raise FileRefused(number, f"this is nothing that an export writes: {excerpt(line)}")


def _belongs(current: Directive | None, number: int, line: str) -> None:
    """Put a line below the directive that it belongs to."""
    fact, posting = _FACT.fullmatch(line), _POSTING.fullmatch(line)
    if current is not None and fact is not None and not current.postings:
        if fact[1] in current.facts:
            raise FileRefused(number, f"{fact[1]} is said twice")
        current.facts[fact[1]] = _plain(fact[2])
    elif current is not None and posting is not None and current.kind == "entry":
        current.postings.append(Posting(number, *posting.groups()))
    else:
        raise FileRefused(number, f"this is nothing that an export writes here: {excerpt(line)}")


def _whole(found: Directive) -> Directive:
    """Refuse a directive that says too little or too much."""
    needed, allowed = _FACTS[found.kind]
    for name in sorted(needed - found.facts.keys()):
        raise FileRefused(found.line, f"what is said here lacks: {name}")
    for name in sorted(found.facts.keys() - needed - allowed):
        raise FileRefused(found.line, f"an export does not say here: {name}")
    return found


def day_of(number: int, written: str) -> date:
    """Read a day; raises FileRefused where there is none such."""
    try:
        day = date.fromisoformat(written)
    except ValueError as error:
        raise FileRefused(number, f"there is no such day: {excerpt(written)}") from error
    # Newer Pythons read days of weeks, too.
    if day.isoformat() != written:
        raise FileRefused(number, f"a day is not written like this: {excerpt(written)}")
    return day


def _plain(quoted: str) -> str:
    """Take the escapes out of a text; there are none in anything else."""
    return _ESCAPED.sub(lambda found: _LINE_ENDS.get(found[1], found[1]), quoted)
