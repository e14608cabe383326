"""The pages of the register of givers: which years there are, one of them for paper, and as a file.

Names and addresses of everybody who gave in a year are opened by a button, so that the audit trail tells who
has read them.
"""

from collections.abc import Iterator

from flask import Blueprint
from flask import abort
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from timebank import clock
from timebank.donations import queries
from timebank.donations.gift_forms import WAY_LABELS
from timebank.donations.queries import Gift
from timebank.donations.register import Register
from timebank.donations.register import register_of
from timebank.funds.models import Fund
from timebank.money import plain
from timebank.text import defused
from timebank.web import community
from timebank.web import done
from timebank.web import needs
from timebank.web import session
from timebank.web import spreadsheet

bp = Blueprint("givers", __name__)


@bp.get("/money/givers")
@needs("see-money")
def index() -> ResponseReturnValue:
    """Offer the register of each year, without a name."""
    years = queries.years_of_gifts(session(), community=community())
    return render_template("donations/registers.html", years=years)


@bp.post("/money/givers/<int:gift_year>")
@needs("see-money")
def show(gift_year: int) -> ResponseReturnValue:
    """Show the register of a year, for the screen and for paper; the audit trail tells of it."""
    register = _register(gift_year)
    done()
    return render_template(
        "print/register.html", register=register, ways=WAY_LABELS, back=url_for(".index"), printed=clock.now()
    )


@bp.post("/money/givers/<int:gift_year>/file")
@needs("see-money")
def file(gift_year: int) -> ResponseReturnValue:
    """Give the register of a year as a file; the audit trail tells of it."""
    register = _register(gift_year)
    done()
    return spreadsheet(_lines(register), name=f"givers-{register.year}.csv")


# --- the leaves ---------------------------------------------------------------------------------------------


def _register(year: int) -> Register:
    """Put together the register of a year; a year without a gift has none."""
    if not 1 <= year <= clock.today(community().time_zone).year:
        abort(404)
    return register_of(session(), community=community(), year=year) or abort(404)


def _lines(register: Register) -> Iterator[list[str]]:
    yield [
        _("Name"),
        _("Reading of the name"),
        _("Postal address"),
        _("Person or organisation"),
        _("Day"),
        _("How it came"),
        _("For"),
        _("Amount"),
        _("Given back"),
        _("Counts"),
        _("Currency"),
    ]
    for giver, gift in register.gifts():
        yield [*_who(giver.name, giver.reading, giver.address, giver.organisation), *_what(gift)]
    for gift_sum in register.nameless_sums:
        gifts = [one for one in register.nameless if one.donation.currency == gift_sum.currency]
        given = sum(one.donation.amount_minor for one in gifts)
        name = ngettext("Without a name, one gift", "Without a name, %(num)d gifts together", len(gifts))
        amounts = (given, given - gift_sum.amount_minor, gift_sum.amount_minor)
        shown = [plain(one, gift_sum.currency) for one in amounts]
        yield [name, "", "", "", "", "", "", *shown, gift_sum.currency]
    for one in register.in_kind:
        row = one.gift
        who = _who(row.name, row.reading, row.address, row.organisation)
        words = f"{_one_line(row.what)} ({_purpose(one.fund, row.activity)})"
        yield [*who, row.given_on.isoformat(), _("In kind"), defused(words), "", "", "", ""]


def _who(name: str, reading: str, address: str, organisation: bool) -> list[str]:
    kind = _("Organisation") if organisation else _("Person")
    return [defused(name), defused(reading), defused(_one_line(address)), kind if name else ""]


def _what(gift: Gift) -> list[str]:
    donation = gift.donation
    amounts = (donation.amount_minor, gift.back, gift.left)
    return [
        donation.given_on.isoformat() if donation.given_on else "",
        str(WAY_LABELS[gift.way]),
        defused(_purpose(gift.fund)),
        *(plain(one, donation.currency) for one in amounts),
        donation.currency,
    ]


def _purpose(fund: Fund | None, activity: str = "") -> str:
    return fund.name if fund else activity or _("Where it is needed most")


def _one_line(text: str) -> str:
    return " ".join(text.split("\n"))
