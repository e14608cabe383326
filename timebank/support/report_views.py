"""The report of paid support for any months: hours by way of settlement, tickets, thanks, what stays."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from datetime import date
from typing import Any
from typing import Final

from flask import Blueprint
from flask import abort
from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.days import month_bounds
from timebank.errors import N_
from timebank.hours import as_clock
from timebank.money import plain
from timebank.prepaid import queries as prepaid
from timebank.prepaid.rules import were_ever_offered
from timebank.rates.forms import ITEM_LABELS
from timebank.support import reports
from timebank.support.cancelled_queries import cancelled_sums
from timebank.support.forms import MonthsForm
from timebank.support.models import BILL
from timebank.support.models import HOURS
from timebank.support.models import NOTHING
from timebank.support.models import PREPAID
from timebank.support.models import THANKS
from timebank.support.models import TICKETS
from timebank.support.reports import ALONE
from timebank.support.reports import Settled
from timebank.support.reports import Span
from timebank.support.thanks_report import thanks_by_giver
from timebank.support.views import check_on
from timebank.text import defused
from timebank.tickets.came_in import came_in_between
from timebank.tickets.models import BACK
from timebank.tickets.models import LAPSED
from timebank.tickets.models import MISTAKE
from timebank.tickets.queries import was_ever_sold
from timebank.tickets.reports import LEFT
from timebank.tickets.reports import OPENING
from timebank.tickets.reports import SOLD
from timebank.tickets.reports import USED
from timebank.tickets.reports import Counted
from timebank.tickets.reports import tickets_between
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import session
from timebank.web import spreadsheet

bp = Blueprint("support_reports", __name__)

#: In which way help was settled.
RECEIVED_LABELS: Final = {
    BILL: N_("With money, on the bill"),
    TICKETS: N_("With tickets"),
    PREPAID: N_("From the prepaid balance"),
    HOURS: N_("With hours"),
    ALONE: N_("With hours, and nobody paid anything"),
}
GIVEN_LABELS: Final = {
    THANKS: N_("Thanks in money"),
    HOURS: N_("Hours, kept for later"),
    NOTHING: N_("Nothing: the thanks stay with the group"),
    ALONE: N_("Hours, and nobody paid anything"),
}
TICKET_LABELS: Final = {
    OPENING: N_("Unused before"),
    SOLD: N_("Sold"),
    USED: N_("Used"),
    LAPSED: N_("Lapsed"),
    BACK: N_("Given back"),
    MISTAKE: N_("Written down by mistake"),
    LEFT: N_("Unused at the end"),
}
BALANCE_LABELS: Final = {
    prepaid.OPENING: N_("On balances before"),
    prepaid.TOPPED_UP: N_("Topped up"),
    prepaid.USED: N_("Used"),
    prepaid.BACK: N_("Given back"),
    prepaid.LEFT: N_("On balances at the end"),
}


@bp.get("/support/report")
@needs("see-support")
def show() -> ResponseReturnValue:
    """Report on paid support for any months; what is no month is said on the form, and nothing is shown."""
    check_on()
    form, span = _asked()
    if span is None:
        return form_page("support/report.html", form, span=None)
    here = {"session": session(), "community": community(), "span": span}
    months = reports.by_month(**here)
    received, given = reports.how_received(**here), reports.how_given(**here)
    alone = received[-1]
    return form_page(
        "support/report.html",
        form,
        span=span,
        asked={"first": f"{span.first:%Y-%m}", "last": f"{span.last:%Y-%m}"},
        received=received,
        came_in=_came_in(span),
        given=given,
        visits=sum(one.visits for one in months) + alone.visits,
        minutes=sum(one.minutes for one in months) + alone.minutes,
        months=months,
        tickets=_tickets(span) if was_ever_sold(session(), community=community()) else (),
        cancelled=cancelled_sums(session(), community=community(), first=span.first, last=span.last),
        cancelled_labels=ITEM_LABELS,
        balances=_balances(span) if were_ever_offered(session(), community=community()) else (),
        balance_labels=BALANCE_LABELS,
        thanks=thanks_by_giver(**here),
        books=reports.in_the_books(**here),
        received_labels=RECEIVED_LABELS,
        given_labels=GIVEN_LABELS,
        ticket_labels=TICKET_LABELS,
    )


@bp.get("/support/report.csv")
@needs("see-support")
def file() -> ResponseReturnValue:
    """Give one table of the report to a spreadsheet."""
    check_on()
    table = request.args.get("table", "settlement")
    form, span = _asked()
    if table not in _FILES:
        abort(404)
    if span is None:
        return form_page("support/report.html", form, span=None)
    return spreadsheet(_FILES[table](span), name=f"{table}-{span.first:%Y-%m}-{span.last:%Y-%m}.csv")


# --- the files ----------------------------------------------------------------------------------------------


def _settlement_lines(span: Span) -> Iterator[Sequence[object]]:
    here = {"session": session(), "community": community(), "span": span}
    yield _("Side"), _("Way"), _("Visits"), _("Hours (minutes)"), _("Amount")
    sides: tuple[tuple[str, list[Settled], dict[str, str]], ...] = (
        (_("Whoever received"), reports.how_received(**here), RECEIVED_LABELS),
        (_("Whoever gave"), reports.how_given(**here), GIVEN_LABELS),
    )
    for side, found, labels in sides:
        for one in found:
            yield side, _(labels[one.way]), one.visits, one.minutes, _plain(one.amount_minor)
    if came_in := _came_in(span):
        yield _("Whoever received"), _("Of what was owed, with tickets that came in"), "", "", _plain(came_in)


def _ticket_lines(span: Span) -> Iterator[Sequence[object]]:
    yield _("What"), _("Tickets"), _("Worth")
    for one in _tickets(span):
        yield _(TICKET_LABELS[one.what]), one.tickets, _plain(one.worth_minor)


def _cancelled_lines(span: Span) -> Iterator[Sequence[object]]:
    yield _("What"), _("How many"), _("Price"), _("Thanks"), _("Stays with the group")
    for one in cancelled_sums(session(), community=community(), first=span.first, last=span.last):
        amounts = (one.price_minor, one.thanks_minor, one.stays_minor)
        yield ITEM_LABELS[one.how], one.count, *map(_plain, amounts)


def _balance_lines(span: Span) -> Iterator[Sequence[object]]:
    yield _("What"), _("Amount")
    for one in _balances(span):
        yield _(BALANCE_LABELS[one.what]), _plain(one.amount_minor)


def _thanks_lines(span: Span) -> Iterator[Sequence[object]]:
    yield (
        *(_("Number"), _("Name"), _("Visits"), _("Owed before"), _("Earned"), _("For the way")),
        *(_("For cancelled visits"), _("For expenses")),
        *(_("Left to the group (minutes)"), _("Given away"), _("Paid out"), _("Otherwise")),
        _("Owed at the end"),
    )
    for one in thanks_by_giver(session(), community=community(), span=span):
        amounts = (one.before_minor, one.earned_minor, one.way_minor)
        also = (one.cancelled_minor, one.outlaid_minor)
        after = (one.given_minor, one.paid_minor, one.other_minor, one.open_minor)
        yield (
            *(
                defused(one.member.number),
                defused(one.member.name),
                one.visits,
                *map(_plain, (*amounts, *also)),
            ),
            *(one.left_minutes, *map(_plain, after)),
        )


def _share_lines(span: Span) -> Iterator[Sequence[object]]:
    yield (
        *(_("Month"), _("Visits"), _("Hours"), _("Price"), _("Thanks"), _("For the way")),
        *(_("Laid apart for kept hours, less what came from there"), _("Expenses that the group bears")),
        _("Stays with the group"),
    )
    for one in reports.by_month(session(), community=community(), span=span):
        amounts = (one.price_minor, one.thanks_minor, one.way_minor)
        after = (one.apart_minor, one.outlays_minor, one.stays_minor)
        yield f"{one.month:%Y-%m}", one.visits, as_clock(one.minutes), *map(_plain, (*amounts, *after))


_FILES: Final[dict[str, Callable[[Span], Iterator[Sequence[object]]]]] = {
    "settlement": _settlement_lines,
    "tickets": _ticket_lines,
    "cancelled": _cancelled_lines,
    "prepaid": _balance_lines,
    "thanks": _thanks_lines,
    "share": _share_lines,
}


# --- the leaves ---------------------------------------------------------------------------------------------


def _asked() -> tuple[MonthsForm, Span | None]:
    """Read which months are asked for; without any it is this year of the community's, so far."""
    today = clock.today(community().time_zone)
    begins = date(today.year, community().year_begins_month, 1)
    usual = {
        "first": begins if begins <= today else begins.replace(year=today.year - 1),
        "last": today.replace(day=1),
    }
    given: Any = request.args if {"first", "last"} & request.args.keys() else None
    form = MonthsForm(formdata=given, data=usual)
    if given is not None and not form.validate():
        return form, None
    # Where one of the two was left empty the report is of the other's month alone.
    first, last = form.first.data or form.last.data, form.last.data or form.first.data
    if first is None or last is None:
        first, last = usual["first"], usual["last"]
    return form, Span(first, month_bounds(last)[1])


def _tickets(span: Span) -> Sequence[Counted]:
    return tickets_between(session(), community=community(), first=span.first, last=span.last)


def _came_in(span: Span) -> int:
    """Tell what of what was owed was paid with tickets that came in."""
    return came_in_between(session(), community=community(), first=span.first, last=span.last)


def _balances(span: Span) -> Sequence[prepaid.Summed]:
    return prepaid.moved_between(session(), community=community(), first=span.first, last=span.last)


def _plain(minor: int | None) -> str:
    return "" if minor is None else plain(minor, community().currency)
