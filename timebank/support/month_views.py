"""The pages of a month's settlement: what everybody pays and gets, bills, envelopes, and the year's sheet."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.days import months_on
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.members.same_as import record_ids
from timebank.memberships.service import rule_of
from timebank.rates.queries import tax_number_until
from timebank.support import closing
from timebank.support import paid
from timebank.support import queries
from timebank.support.coins import pieces_for
from timebank.support.forms import EnvelopesForm
from timebank.support.forms import MonthRuleForm
from timebank.support.forms import amounts_shown
from timebank.support.models import CASH
from timebank.support.models import THANKS
from timebank.support.month_models import SupportMonth
from timebank.support.months import Bill
from timebank.support.months import month_of
from timebank.support.months import thanks_of_year
from timebank.support.views import asked_month
from timebank.support.views import check_on
from timebank.support.views import months_around
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("settlement", __name__)


@bp.get("/support/months/")
@needs("see-support")
def month() -> ResponseReturnValue:
    """Show what each member pays and gets for the help of a month, and what stays."""
    check_on()
    first, last = asked_month()
    here = community()
    closed = closing.last_closed(session(), community=here)
    found = closing.find_month(session(), community=here, first=first)
    visits = closing.visits_in(session(), community=here, first=first, last=last)
    outlaid = closing.expenses_in(session(), community=here, first=first, last=last)
    cancelled = closing.cancelled_in(session(), community=here, first=first, last=last)
    return render_template(
        "support/month.html",
        one=month_of(session(), community=here, first=first, last=last),
        **months_around(first, last),
        closing=found or SupportMonth(),
        closed_after=closed is not None and first < closed,
        late=sum(one.back or one.day < first for one in visits)
        + sum(one.back or one.day < first for one in cancelled)
        + sum(one.back or one.told.expense.spent_on < first for one in outlaid),
        over=last < clock.today(here.time_zone),
        closes_from=months_on(first, 1),
        second=closing.second_officer(session(), community=here),
    )


@bp.post("/support/months/close")
@needs("settle-support")
def close() -> ResponseReturnValue:
    """Close a month; where a second officer has to, say that it is ready."""
    check_on()
    first, _last = asked_month()
    closed = closing.close_month(session(), community=community(), first=first, actor=actor())
    flash(
        _("The month is closed.")
        if closed
        else _("It is written down that you have looked at it. Another treasurer closes it.")
    )
    return redirect(url_for(".month", month=first.strftime("%Y-%m")), 303)


@bp.post("/support/months/withdraw")
@needs("settle-support")
def withdraw() -> ResponseReturnValue:
    """Say that a month is not ready after all, as long as nobody has closed it."""
    check_on()
    first, _last = asked_month()
    closing.withdraw(session(), community=community(), first=first)
    flash(_("It is open as before."))
    return redirect(url_for(".month", month=first.strftime("%Y-%m")), 303)


@bp.route("/settings/rates/months", methods=["GET", "POST"])
@needs("keep-rates")
def rule() -> ResponseReturnValue:
    """Say who closes a month of paid support."""
    form = MonthRuleForm(second_officer=closing.second_officer(session(), community=community()))
    if form.validate_on_submit():
        with refusals(form):
            wanted = form.second_officer.data
            closing.want_second_officer(session(), community=community(), wanted=wanted)
            flash(_("The settings are saved."))
            return redirect(url_for("rate_settings.index"), 303)
    return form_page("support/month_rule.html", form)


@bp.get("/support/months/bills")
@needs("see-support")
def bills() -> ResponseReturnValue:
    """Show the bills of a month for paper, one for each member, or that of one."""
    check_on()
    first, last = asked_month()
    found = month_of(session(), community=community(), first=first, last=last).bills
    only = request.args.get("member", type=int)
    shown = [one for one in found if only is None or one.member.id == only]
    return _bills(shown, first, last, back=url_for(".month", month=first.strftime("%Y-%m")))


@bp.get("/support/mine/bill")
@needs("see-own-support")
def own_bill() -> ResponseReturnValue:
    """Show members their bill of a month for paper."""
    check_on()
    first, last = asked_month()
    found = month_of(session(), community=community(), first=first, last=last).bills
    mine = record_ids(session(), member=oneself())
    shown = [one for one in found if one.member.id in mine]
    return _bills(shown, first, last, back=url_for("visits.mine", month=first.strftime("%Y-%m")))


@bp.route("/support/envelopes", methods=["GET", "POST"])
@needs("settle-support")
def envelopes() -> ResponseReturnValue:
    """Pay thanks out in cash: whose envelope holds how much, and which notes and coins to fetch."""
    check_on()
    here = community()
    owed = _shown() or _owed()
    form = EnvelopesForm(owed, here.currency, paid_on=clock.today(here.time_zone))
    if form.validate_on_submit():
        with refusals(form):
            count = _hand_out(form, dict(owed))
            flash(_("Envelopes that are written down: %(count)s", count=count))
            return redirect(url_for("visits.owed"), 303)
    return form_page("support/envelopes.html", form, **_envelopes(owed))


@bp.get("/support/envelopes/print")
@needs("settle-support")
def sheet() -> ResponseReturnValue:
    """Show the list of envelopes for paper, with a line on which each who gets one signs."""
    check_on()
    return render_template(
        "print/envelopes.html", **_envelopes(_owed()), back=url_for(".envelopes"), printed=clock.now()
    )


@bp.get("/support/thanks-paid")
@needs("see-support")
def year() -> ResponseReturnValue:
    """Show for paper what each member was paid as thanks in a year."""
    check_on()
    this = clock.today(community().time_zone).year
    asked = request.args.get("year", type=int) or this
    chosen = asked if 1900 <= asked <= this else this
    return render_template(
        "print/thanks_of_year.html",
        year=chosen,
        sheets=thanks_of_year(session(), community=community(), year=chosen),
        back=url_for("visits.owed"),
        printed=clock.now(),
    )


# --- the leaves ---------------------------------------------------------------------------------------------


def _bills(shown: Sequence[Bill], first: date, last: date, *, back: str) -> str:
    here = community()
    return render_template(
        "print/help_bills.html",
        bills=shown,
        first=first,
        last=last,
        tax_number=tax_number_until(session(), community=here, day=last),
        rule=rule_of(session(), community=here),
        back=back,
        printed=clock.now(),
    )


def _owed() -> list[tuple[Member, int]]:
    """List who is owed thanks, and how much."""
    found = queries.list_owed(session(), community=community())
    return [(one.member, one.is_owed_minor) for one in found if one.is_owed_minor > 0]


def _shown() -> list[tuple[Member, int]]:
    """List what the form has shown: what is in the envelopes stays what it was when they were filled."""
    shown = amounts_shown(request.form.get("shown", ""))
    found = [
        (find_member(session(), community=community(), member_id=number), amount)
        for number, amount in shown.items()
    ]
    return [(member, amount) for member, amount in found if member is not None]


def _envelopes(owed: Sequence[tuple[Member, int]]) -> dict[str, Any]:
    amounts = [amount for _member, amount in owed]
    pieces = pieces_for(community().currency, amounts)
    return {"owed": owed, "sum_minor": sum(amounts), "pieces": pieces}


def _hand_out(form: EnvelopesForm, amounts: dict[Member, int]) -> int:
    """Write down each envelope that was handed out: all of them, or none."""
    chosen = [(member, amount) for member, amount in amounts.items() if member.id in (form.who.data or ())]
    for member, amount in chosen:
        payment = paid.Payment(
            what=THANKS,
            amount_minor=amount,
            way=CASH,
            paid_on=form.paid_on.data,
            key=f"{form.key.data}:{member.id}",
        )
        try:
            paid.write_paid(session(), community=community(), member=member, payment=payment, actor=actor())
        except paid.PaidBefore:
            form.renew_key()
            raise
        except paid.MoreThanIsOwed as refused:
            raise paid.LessIsOwedNow(name=member.name, **refused.facts) from refused
    return len(chosen)
