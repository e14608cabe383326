"""How what is known of somebody is told: as values for a program, and as words for people."""

import json
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import date
from datetime import datetime
from typing import Any

from flask_babel import gettext

from timebank import clock
from timebank.acts import ACTS
from timebank.communities.models import Community
from timebank.i18n import day
from timebank.i18n import in_words
from timebank.i18n import moment
from timebank.i18n import number
from timebank.members.models import Member
from timebank.mydata.queries import Part
from timebank.mydata.words import WORDS

#: Columns that name a member.
_NAMES_A_MEMBER = ("giver_id", "receiver_id", "member_id")


def as_json(
    parts: Sequence[Part], *, community: Community, member: Member, members: Mapping[int, Member]
) -> str:
    """Write everything for a program: names of columns in English, days and moments by ISO 8601."""
    known = {
        "community": {"name": community.name, "address": f"/{community.slug}/"},
        "member": member.number,
        "made_at": clock.now().isoformat(),
        "parts": [
            {
                "table": part.known.table.__tablename__,
                "about": part.known.label,
                "rows": [_values(part, row, members) for row in part.rows],
                "stays_after_erasing": part.known.kept,
            }
            for part in parts
        ],
    }
    return json.dumps(known, ensure_ascii=False, indent=2) + "\n"


def as_words(parts: Sequence[Part], *, members: Mapping[int, Member]) -> list[dict[str, Any]]:
    """Tell everything in the reader's language; what there is nothing of is left out."""
    return [_in_words(part, members) for part in parts if part.rows]


def named_in(parts: Sequence[Part]) -> set[int]:
    """List the members who are named in the rows."""
    return {
        getattr(row, name)
        for part in parts
        for row in part.rows
        for name in part.known.told
        if name in _NAMES_A_MEMBER and getattr(row, name)
    }


def _in_words(part: Part, members: Mapping[int, Member]) -> dict[str, Any]:
    """Tell one part; a column in which nothing stands would only take the others' room."""
    told = {name: [_told(name, getattr(row, name), members) for row in part.rows] for name in part.known.told}
    columns = {name: cells for name, cells in told.items() if any(cells)}
    return {
        "label": gettext(part.known.label),
        "columns": [gettext(part.known.told[name]) for name in columns],
        "rows": list(zip(*columns.values(), strict=True)),
        "count": len(part.rows),
        "kept": gettext(part.known.kept) if part.known.kept else "",
    }


def _values(part: Part, row: Any, members: Mapping[int, Member]) -> dict[str, Any]:
    return {name: _value(name, getattr(row, name), members) for name in part.known.told}


def _value(name: str, value: Any, members: Mapping[int, Member]) -> Any:
    if name in _NAMES_A_MEMBER:
        return _member(value, members)
    return value.isoformat() if isinstance(value, date | datetime) else value


def _told(name: str, value: Any, members: Mapping[int, Member]) -> str:
    if value is None or value == "":
        return ""
    if name in _NAMES_A_MEMBER:
        return _member(value, members) or ""
    if name.startswith("minutes") or name.endswith("_minutes"):
        return in_words(value)
    if name == "act":
        return str(gettext(ACTS.get(value, value)))
    return _as_written(name, value)


def _as_written(name: str, value: Any) -> str:
    match value:
        case bool():
            return str(gettext("yes")) if value else str(gettext("no"))
        case datetime():
            return moment(value)
        case date():
            return day(value)
        case int():
            return number(value)
    word = WORDS.get(name, {}).get(value)
    return str(gettext(word)) if word else str(value)


def _member(member_id: int | None, members: Mapping[int, Member]) -> str | None:
    found = members.get(member_id or 0)
    return f"{found.name} ({found.number})" if found else None
