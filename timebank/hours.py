"""Times as people write them and read them; inside they are whole minutes."""

import re

from timebank.errors import N_
from timebank.errors import Refusal
from timebank.text import excerpt
from timebank.text import half_width

#: Nobody gives more than this to one person on one day.
MINUTES_IN_A_DAY = 24 * 60

_MINUS = "\u2212"
_LONGEST_TYPED = 40
_MINUTE_UNIT = r"(?:minutes|minute|mins|min|m|分間|分)"
_DECIMAL = re.compile(
    r"(?P<whole>[0-9]{0,7})(?:(?P<point>[.,])(?P<part>[0-9]{1,30}))?\s*(?:hours|hour|hrs|hr|h|時間)?"
)
_CLOCK = re.compile(r"(?P<hours>[0-9]{1,7}):(?P<minutes>[0-9]{2})(?::(?P<seconds>[0-9]{2}))?")
_WORDS = re.compile(
    r"(?P<hours>[0-9]{1,7})\s*(?:hours|hour|hrs|hr|h|時間)\s*"
    rf"(?:(?P<minutes>[0-9]{{1,2}})\s*{_MINUTE_UNIT}|(?P<bare>[0-9]{{2}}))"
)
_MINUTES = re.compile(rf"(?P<minutes>[0-9]{{1,9}})\s*{_MINUTE_UNIT}")
_HALF = re.compile(r"(?:(?P<hours>[0-9]{1,7})\s*時間\s*半|半時間)")
#: Read as thousands here and as a decimal there, so never guessed.
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2},[0-9]{3}(?![0-9])")
#: What people put before an amount that is owed; the triangles are those of Japanese bookkeeping.
_BELOW_ZERO = ("-", _MINUS, "–", "▲", "△")


class Minutes(int):
    """A number of minutes that is to be told as a time in a refusal's sentence."""

    __slots__ = ()

    def __str__(self) -> str:
        return in_words(self, "en")


class HoursMissing(Refusal):
    """No time was written."""

    sentence = N_("Please write how long it took, for example 1.5 or 1:30.")
    field = "hours"


class HoursNotRead(Refusal):
    """What was written is not a time."""

    sentence = N_("“%(typed)s” cannot be read as a time. Please write it like 1.5, 1:30 or 90m.")
    field = "hours"


class HoursBelowZero(Refusal):
    """A time with a minus before it was written."""

    sentence = N_("A time cannot be below zero.")
    field = "hours"


class MinutesPastTheHour(Refusal):
    """More than 59 minutes follow the hours."""

    sentence = N_("In “%(typed)s” there are more than 59 minutes after the hours.")
    field = "hours"


class NotWholeMinutes(Refusal):
    """A time was written that falls between two minutes."""

    sentence = N_("“%(typed)s” is not a whole number of minutes. Please write hours and minutes like 1:20.")
    field = "hours"


class MinutesNotRead(Refusal):
    """What was written is not a number of minutes."""

    sentence = N_("“%(typed)s” cannot be read as a number of minutes. Please write it like 90.")
    field = "minutes"


class NoTimeAtAll(Refusal):
    """A time of zero was written."""

    sentence = N_("The time must be above zero.")
    field = "hours"


class MoreThanADay(Refusal):
    """A time of more than a day was written."""

    sentence = N_("One exchange can be at most %(longest)s, and this is %(time)s.")
    field = "hours"


class TooShortToShare(Refusal):
    """A time has fewer minutes than there are people to share it."""

    sentence = N_("%(time)s cannot be shared among %(people)s people.")
    field = "hours"


def parse_hours(text: str) -> int:
    """Read a time as people write it (1.5, 1,5, 1:30, 1h30, 90m, 1時間半) and return its minutes."""
    typed = half_width(text[: _LONGEST_TYPED + 1]).strip().lower()
    if not text.strip():
        raise HoursMissing
    if len(text) > _LONGEST_TYPED:
        raise HoursNotRead(typed=excerpt(text))
    if typed.startswith(_BELOW_ZERO):
        _read(typed[1:].lstrip(), text)
        raise HoursBelowZero
    return _read(typed, text)


def parse_minutes(text: str) -> int:
    """Read a plain number of minutes (90, 90分) and return it."""
    typed = half_width(text[: _LONGEST_TYPED + 1]).strip().lower()
    if not text.strip():
        raise HoursMissing
    amount = typed[1:].lstrip() if typed.startswith(_BELOW_ZERO) else typed
    found = _MINUTES.fullmatch(amount if not amount.isdecimal() else f"{amount}m")
    if not found or len(text) > _LONGEST_TYPED:
        raise MinutesNotRead(typed=excerpt(text))
    if amount != typed:
        raise HoursBelowZero
    return int(found["minutes"])


def check_span(minutes: int) -> None:
    """Refuse a time that no single exchange can have: zero, or more than a day."""
    if minutes < 0:
        raise HoursBelowZero
    if minutes == 0:
        raise NoTimeAtAll
    if minutes > MINUTES_IN_A_DAY:
        raise MoreThanADay(longest=Minutes(MINUTES_IN_A_DAY), time=Minutes(minutes))


def round_minutes(minutes: int, step: int) -> int:
    """Round to the community's step, the half upwards, and a given time never to nothing."""
    if minutes <= 0 or step <= 1:
        return minutes
    return max(step, (2 * minutes + step) // (2 * step) * step)


def share_minutes(total: int, people: int) -> list[int]:
    """Share a time among people; where it does not go up, the first ones have a minute more."""
    if people < 1 or total < people:
        raise TooShortToShare(time=Minutes(total), people=people)
    each, left_over = divmod(total, people)
    return [each + 1] * left_over + [each] * (people - left_over)


def in_words(minutes: int, language: str) -> str:
    """Tell a time in words: “1 h 30 min”, or 1時間30分."""
    sign = _MINUS if minutes < 0 else ""
    hours, rest = divmod(abs(int(minutes)), 60)
    if language.startswith("ja"):
        parts = [f"{hours:,}時間"] * bool(hours) + [f"{rest}分"] * bool(rest or not hours)
        return sign + "".join(parts)
    parts = [f"{hours:,} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours)
    return sign + " ".join(parts)


def signed(minutes: int, language: str) -> str:
    """Tell a time in words with a plus or a minus before it; nothing stands before zero."""
    return ("+" if minutes > 0 else "") + in_words(minutes, language)


def as_clock(minutes: int) -> str:
    """Write a time for a table: 1:30, −0:15."""
    hours, rest = divmod(abs(int(minutes)), 60)
    return f"{_MINUS if minutes < 0 else ''}{hours}:{rest:02}"


def _read(typed: str, text: str) -> int:
    if found := _DECIMAL.fullmatch(typed):
        return _from_decimal(found, text)
    if found := _CLOCK.fullmatch(typed):
        if found["seconds"] not in (None, "00"):
            raise NotWholeMinutes(typed=excerpt(text))
        return _from_parts(found["hours"], found["minutes"], text)
    if found := _WORDS.fullmatch(typed):
        return _from_parts(found["hours"], found["minutes"] or found["bare"], text)
    if found := _MINUTES.fullmatch(typed):
        return int(found["minutes"])
    if found := _HALF.fullmatch(typed):
        return _from_parts(found["hours"] or "0", "30", text)
    raise HoursNotRead(typed=excerpt(text))


def _from_decimal(found: re.Match[str], text: str) -> int:
    whole, part = found["whole"], found["part"] or ""
    if not (whole or part) or _THOUSANDS.match(found[0]):
        raise HoursNotRead(typed=excerpt(text))
    # Hours times sixty, in whole numbers: a float would make 0.35 of an hour 20.99… minutes.
    minutes, between = divmod(int(f"0{whole}{part}") * 60, int(f"1{'0' * len(part)}"))
    if between:
        raise NotWholeMinutes(typed=excerpt(text))
    return minutes


def _from_parts(hours: str, minutes: str, text: str) -> int:
    if int(minutes) > 59:
        raise MinutesPastTheHour(typed=excerpt(text))
    return int(hours) * 60 + int(minutes)
