"""The pages of standing arrangements: those of a month, making, changing and ending one, and one's own."""

from datetime import date
from datetime import timedelta
from typing import Any

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.communities.service import list_kinds
from timebank.days import month_bounds
from timebank.days import months_on
from timebank.exchanges.rules import FormSavedAlready
from timebank.members.queries import names_to_suggest
from timebank.members.taking_part import takes_part
from timebank.standing import queries
from timebank.standing import service
from timebank.standing.forms import EVERY_LABELS
from timebank.standing.forms import NTH_LABELS
from timebank.standing.forms import WEEKDAY_LABELS
from timebank.standing.forms import ArrangementForm
from timebank.standing.forms import EndForm
from timebank.standing.forms import as_typed
from timebank.standing.models import Arrangement
from timebank.standing.queries import Arranged
from timebank.standing.rhythm import Rhythm
from timebank.standing.service import MOST_MONTHS_TO_BEGIN
from timebank.support.forms import PAYS_LABELS
from timebank.support.forms import TAKES_LABELS
from timebank.support.queries import was_ever_on
from timebank.tickets.queries import was_ever_sold
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("standing", __name__)

#: How rhythms and settling are put into words; "usual" has no label where it is no choice.
LABELS = {
    "every": EVERY_LABELS,
    "weekdays": WEEKDAY_LABELS,
    "nths": NTH_LABELS,
    "pays": PAYS_LABELS,
    "takes": TAKES_LABELS,
}
#: How many of the next days are named.
_NEXT_DAYS = 5
_DAYS_AHEAD = 92
#: For so many months sheets are printed ahead; what is later can be asked for by its address.
_MONTHS_AHEAD = 3


@bp.get("/standing/")
@needs("keep-standing")
def index() -> ResponseReturnValue:
    """List what is arranged in a month: on how many days, how many are confirmed, and which are missing."""
    first, last = asked_month()
    found = queries.of_month(session(), community=community(), first=first, last=last)
    return render_template(
        "standing/index.html",
        found=found,
        cut=len(found) >= queries.MOST_LISTED,
        takes_part=takes_part,
        today=_today(),
        labels=LABELS,
        **months_around(first, last),
    )


@bp.get("/standing/sheets")
@needs("keep-standing")
def sheets() -> ResponseReturnValue:
    """Show the sheets of a month for paper, one for each two, or the one of an arrangement."""
    first, last = asked_month()
    found = queries.by_pair(queries.of_month(session(), community=community(), first=first, last=last))
    only = request.args.get("arrangement", type=int)
    return render_template(
        "print/standing.html",
        sheets=[pair for pair in found if only is None or any(one.what.id == only for one in pair)],
        rows=queries.rows_of,
        labels=LABELS,
        first=first,
        last=last,
        back=url_for(".index", month=first.strftime("%Y-%m")),
        printed=clock.now(),
    )


@bp.get("/standing/mine")
@needs("see-own-standing")
def mine() -> ResponseReturnValue:
    """Show members what is arranged with them."""
    found = queries.list_all(session(), community=community(), since=_today(), member=oneself())
    return render_template(
        "standing/mine.html",
        found=[(one, next_days(one.what.rhythm)) for one in found],
        me=oneself(),
        labels=LABELS,
    )


@bp.route("/standing/new", methods=["GET", "POST"])
@needs("keep-standing")
def new() -> ResponseReturnValue:
    """Write down what two have arranged."""
    form = _form(first_on=_today())
    if form.validate_on_submit():
        with refusals(form):
            made = _arranged(form)
            flash(_("It is arranged."))
            return redirect(url_for(".show", arrangement_id=made.id), 303)
    return _form_page(form, None)


@bp.get("/standing/<int:arrangement_id>")
@needs("keep-standing")
def show(arrangement_id: int) -> ResponseReturnValue:
    """Show what is arranged, and the next days on which it falls."""
    found = find(arrangement_id)
    return render_template(
        "standing/show.html",
        one=found,
        days=next_days(found.what.rhythm),
        follower=queries.follower_of(session(), arrangement=found.what),
        is_over=_is_over(found.what),
        today=_today(),
        labels=LABELS,
    )


@bp.route("/standing/<int:arrangement_id>/change", methods=["GET", "POST"])
@needs("keep-standing")
def change(arrangement_id: int) -> ResponseReturnValue:
    """End what is arranged from a day on, and arrange it anew from then."""
    found = find(arrangement_id)
    form = _form(**as_typed(found) | {"first_on": max(_today(), found.what.first_on)})
    if form.validate_on_submit():
        with refusals(form):
            made = _arranged(form, instead_of=found.what)
            flash(_("It is changed from that day on; what was before stays as it was."))
            return redirect(url_for(".show", arrangement_id=made.id), 303)
    return _form_page(form, found)


@bp.route("/standing/<int:arrangement_id>/end", methods=["GET", "POST"])
@needs("keep-standing")
def end(arrangement_id: int) -> ResponseReturnValue:
    """End what is arranged from a day on."""
    found, form = find(arrangement_id), EndForm()
    if form.over_from.data is None and not form.over_from.raw_data:
        form.over_from.data = max(_today(), found.what.first_on)
    if form.validate_on_submit():
        with refusals(form):
            service.end(
                session(),
                arrangement=found.what,
                over_from=form.over_from.data,
                reason=form.reason.data or "",
            )
            flash(_("It is ended. What was confirmed stays as it was."))
            return redirect(url_for(".show", arrangement_id=arrangement_id), 303)
    return form_page("standing/end.html", form, one=found, labels=LABELS)


# --- what the pages of arrangements have in common ----------------------------------------------------------


def find(arrangement_id: int) -> Arranged:
    """Find an arrangement of this community, or there is none."""
    return queries.find(session(), community=community(), arrangement_id=arrangement_id) or abort(404)


def asked_month() -> tuple[date, date]:
    """Read which month is asked for; this one where nothing, or none that anybody arranges for, is."""
    asked = request.args.get("month", "")
    try:
        first = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return month_bounds(_today())
    earliest, latest = _reach()
    return month_bounds(first if earliest <= first <= latest else _today())


def months_around(first: date, last: date) -> dict[str, date | None]:
    """Name a month's days, and the months before and after it, as far as anybody prints sheets."""
    earliest, _latest = _reach()
    before = months_on(first, -1) if first > earliest else None
    after = months_on(first, 1) if first < months_on(_today(), _MONTHS_AHEAD).replace(day=1) else None
    return {"month": first, "last": last, "before": before, "after": after}


def next_days(rhythm: Rhythm) -> list[date]:
    """Name the next days on which it falls."""
    begin = max(_today(), rhythm.first_on)
    return rhythm.days(begin, begin + timedelta(days=_DAYS_AHEAD))[:_NEXT_DAYS]


# --- the leaves ---------------------------------------------------------------------------------------------


def _form(**known: Any) -> ArrangementForm:
    here = community()
    kinds = list_kinds(session(), community=here)
    if known.get("kind") not in {one.id for one in kinds}:
        known.pop("kind", None)
    paid, tickets = was_ever_on(session(), community=here), was_ever_sold(session(), community=here)
    return ArrangementForm(kinds, paid=paid, tickets=tickets, **known)


def _form_page(form: ArrangementForm, instead_of: Arranged | None) -> ResponseReturnValue:
    names = [name for _id, name in names_to_suggest(session(), community=community())]
    return form_page("standing/arrange.html", form, suggestions=names, instead_of=instead_of)


def _arranged(form: ArrangementForm, instead_of: Arrangement | None = None) -> Arrangement:
    facts = form.facts(form.giver.member or abort(422), form.receiver.member or abort(422))
    known = {"community": community(), "facts": facts, "key": form.key.data or "", "actor": actor()}
    try:
        if instead_of is not None:
            return service.change(session(), arrangement=instead_of, **known)
        return service.arrange(session(), **known)
    except FormSavedAlready:
        form.renew_key()
        raise


def _is_over(what: Arrangement) -> bool:
    return what.over_from is not None and what.over_from <= _today()


def _reach() -> tuple[date, date]:
    """Tell the first month of the community, and the last for which anything can be arranged."""
    latest = months_on(_today().replace(day=1), MOST_MONTHS_TO_BEGIN)
    return community().started_on.replace(day=1), latest


def _today() -> date:
    return clock.today(community().time_zone)
