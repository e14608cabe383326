"""Languages: which one a reader reads, and how times, days and numbers are written in it."""

import logging
import os
from datetime import date
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from flask import Flask
from flask import g
from flask import request
from flask import session
from flask_babel import Babel
from flask_babel import get_locale
from flask_babel import get_timezone
from flask_babel import gettext
from markupsafe import Markup

from timebank import hours
from timebank import money as coins
from timebank.errors import N_ as N_
from timebank.errors import Refusal
from timebank.settings import LANGUAGES
from timebank.text import in_groups

#: Each language's own name for itself.
LANGUAGE_NAMES: Final = {"en": "English", "ja": "日本語"}

#: Where a switched language is remembered in the session.
LANGUAGE_KEY: Final = "language"

_TRANSLATIONS = Path(__file__).resolve().parent / "translations"
_DAYS = {"en": "EEE d MMMM y", "ja": "y年M月d日(E)"}
_MOMENTS = {"en": "EEE d MMMM y, HH:mm", "ja": "y年M月d日(E) HH:mm"}

_log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Teach the application its languages."""
    compile_messages(_TRANSLATIONS)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(_TRANSLATIONS)
    Babel(app, locale_selector=_choose_language, timezone_selector=_choose_time_zone)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.filters.update(
        hours=in_words, signed_hours=signed, clock=hours.as_clock, day=day, moment=moment, number=number
    )
    app.jinja_env.filters["groups"] = in_groups
    app.jinja_env.filters["money"] = money
    app.jinja_env.globals["_"] = _on_page


def compile_messages(folder: Path) -> None:
    """Compile the catalogues that are newer than what was compiled, so that a fresh clone speaks them."""
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime:
            continue
        try:
            _compile(source, compiled)
        except OSError as refused:
            _log.warning("cannot write %s: %s", compiled.name, refused.strerror)


def _compile(source: Path, compiled: Path) -> None:
    # Several workers start at once: each writes its own file, and the last one stays.
    fresh = compiled.with_name(f"{compiled.name}.{os.getpid()}")
    with source.open("rb") as written:
        catalogue = read_po(written, locale=source.parent.parent.name)
    with fresh.open("wb") as file:
        write_mo(file, catalogue)
    fresh.replace(compiled)


def language() -> str:
    """Tell which language the reader reads now."""
    locale = get_locale()
    return str(locale.language) if locale else LANGUAGES[0]


def say(refusal: Refusal) -> str:
    """Say a refusal's sentence in the reader's language, with its facts as the language writes them."""
    sentence = str(gettext(refusal.sentence))
    facts = {name: _told(fact) for name, fact in refusal.facts.items()}
    return sentence % facts if facts else sentence


def _on_page(sentence: str, **facts: object) -> Markup:
    """Say a template's sentence in the reader's language; facts that are no markup are escaped."""
    return _translated(sentence, language()) % facts


def plainly(sentence: str, **facts: object) -> str:
    """Say a template's sentence where it is no page: in the text of a mail nothing is escaped."""
    said = str(gettext(sentence))
    return said % facts if facts else said


@lru_cache(maxsize=4096)
def _translated(sentence: str, _reader: str) -> Markup:
    # A page of a statement says a hundred sentences, and mostly the same ones. They are ours: no markup
    # of anybody else's is in them.
    return Markup(gettext(sentence))  # noqa: S704  # nosec B704


def in_words(minutes: int) -> str:
    """Tell a time in words: “1 h 30 min”, 1時間30分."""
    return hours.in_words(minutes, language())


def signed(minutes: int) -> str:
    """Tell a time in words with its sign."""
    return hours.signed(minutes, language())


def money(amount_minor: int, currency: str) -> str:
    """Tell an amount of money: ¥3,000, 3,000円."""
    return coins.in_words(amount_minor, currency, language())


def day(value: date) -> str:
    """Write a day with its weekday: “Mon 23 November 2026”, 2026年11月23日(月)."""
    return _written_day(value, language())


@lru_cache(maxsize=4096)
def _written_day(value: date, reader: str) -> str:
    # A page of a statement writes a hundred days, and mostly the same ones.
    noon = datetime(value.year, value.month, value.day, 12)  # noqa: DTZ001 - a day is the same everywhere
    return format_datetime(noon, _DAYS[reader], locale=reader)


def moment(value: datetime) -> str:
    """Write a moment as the community's clocks showed it."""
    reader = language()
    return format_datetime(value, _MOMENTS[reader], tzinfo=get_timezone(), locale=reader)


def number(value: int) -> str:
    """Write a number with its thousands apart."""
    return format_decimal(value, locale=language())


def _told(fact: object) -> object:
    match fact:
        case hours.Minutes():
            return in_words(fact)
        case coins.Money():
            return money(fact.amount_minor, fact.currency)
        case datetime():
            return moment(fact)
        case date():
            return day(fact)
        case Refusal():
            return say(fact)
        case _:
            return fact


def _choose_language() -> str:
    """Ask the session, the person, the browser and the community, in this order."""
    chosen = (
        session.get(LANGUAGE_KEY),
        getattr(g.get("person"), "language", None),
        # Whoever opens a letter's link reads on in the language that they read everything in.
        request.accept_languages.best_match(LANGUAGES),
        getattr(g.get("community"), "language", None),
    )
    for one in chosen:
        if one in LANGUAGES:
            return str(one)
    return LANGUAGES[0]


def _choose_time_zone() -> str:
    return getattr(g.get("community"), "time_zone", "UTC")
