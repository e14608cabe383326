"""The coordinators' pages: what waits for them, hours of others, a pile of slips, and settling."""

from datetime import date
from datetime import timedelta

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.actor import Actor
from timebank.actor import How
from timebank.days import parse_day
from timebank.errors import Refusal
from timebank.exchanges import queries
from timebank.exchanges import rules
from timebank.exchanges import service
from timebank.exchanges.forms import AnswerForm
from timebank.exchanges.forms import ForOthersForm
from timebank.exchanges.forms import ReasonForm
from timebank.exchanges.forms import SettleForm
from timebank.exchanges.forms import SlipForm
from timebank.exchanges.models import DISPUTED
from timebank.exchanges.queries import Shown
from timebank.exchanges.seeing import find
from timebank.exchanges.steps import ANSWER
from timebank.exchanges.steps import CLOSE
from timebank.exchanges.steps import REVERSE
from timebank.exchanges.steps import SETTLE
from timebank.exchanges.steps import WITHDRAW
from timebank.exchanges.views import STATES
from timebank.exchanges.views import kinds
from timebank.exchanges.views import log_once
from timebank.exchanges.views import log_page
from timebank.exchanges.views import take_step
from timebank.exchanges.views import to_show_first
from timebank.i18n import in_words
from timebank.licences.queries import DAYS_BEFORE
from timebank.licences.queries import count_running_out
from timebank.members.models import Member
from timebank.members.service import clean_reason
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import person
from timebank.web import refusals
from timebank.web import session
from timebank.web import waiting_here

bp = Blueprint("desk", __name__)


@bp.get("/exchanges/waiting")
@needs("settle-disputes")
def waiting() -> ResponseReturnValue:
    """List what needs a coordinator, and why each does."""
    late = clock.now() - timedelta(days=community().answer_days)
    found = queries.waiting_for_coordinators(session(), community=community())
    return render_template(
        "exchanges/waiting.html",
        disputed=[one for one in found if one.exchange.state == DISPUTED],
        late=[one for one in found if one.exchange.state != DISPUTED and one.exchange.logged_at <= late],
        asking=[one for one in found if one.exchange.state != DISPUTED and one.exchange.logged_at > late],
        desk=waiting_here(),
        states=STATES,
        running_out=count_running_out(session(), community=community()),
        running_out_within=DAYS_BEFORE,
    )


# --- hours of others ----------------------------------------------------------------------------------------


@bp.route("/exchanges/for-others", methods=["GET", "POST"])
@needs("log-for-others")
def for_others() -> ResponseReturnValue:
    """Log hours between others, as somebody told it."""
    form = ForOthersForm(kinds=kinds(), date=_today())
    preview = None
    if form.validate_on_submit():
        with refusals(form):
            shared = form.shared.data == "shared"
            said = form.said(form.givers.members, form.receivers.members, shared=shared)
            by = _who_said_it(form)
            preview = to_show_first(form, said, by=by)
            if preview is None:
                logged = log_once(form, said, by=by, actor=_heard(form.heard.data, by))
                return _logged_for_others(logged)
    return log_page("exchanges/for_others.html", form, preview)


def _who_said_it(form: ForOthersForm) -> Member | None:
    """Tell whose word it is; None where all who pay have said so."""
    givers, receivers = form.givers.members, form.receivers.members
    if form.word.data == "giver":
        return givers[0]
    if form.word.data == "receiver" and len(receivers) == 1:
        return receivers[0]
    return None


def _logged_for_others(logged: service.Logged) -> ResponseReturnValue:
    if logged.repeated:
        flash(_("This was logged already, and once is enough."))
    elif any(one.state == "proposed" for one in logged.exchanges):
        flash(_("Logged. The receiver is asked to confirm it."))
    else:
        flash(_("Logged and booked."))
    return redirect(url_for("exchanges.show", exchange_id=logged.exchanges[0].id), 303)


# --- a pile of slips ----------------------------------------------------------------------------------------


@bp.route("/exchanges/slips", methods=["GET", "POST"])
@needs("log-for-others")
def slips() -> ResponseReturnValue:
    """Enter paper slips one after the other; the day stays, and what was entered is shown back."""
    form = SlipForm(date=_day_of_pile(), since=_begin_of_pile())
    preview = None
    if form.validate_on_submit():
        with refusals(form):
            said = form.said()
            preview = to_show_first(form, said, by=None)
            if preview is None:
                logged = log_once(form, said, by=None, actor=_heard("slip", None))
                _say_slip(logged, said)
                return redirect(
                    url_for(".slips", date=said.worked_on.isoformat(), since=_whole(form.since.data)), 303
                )
    page, status = form_page("exchanges/slips.html", form, preview=preview, pile=_pile(form))
    return page, 422 if preview else status


def _say_slip(logged: service.Logged, said: rules.Said) -> None:
    facts = {
        "giver": said.givers[0].name,
        "receiver": said.receivers[0].name,
        "hours": in_words(logged.exchanges[0].minutes),
    }
    if logged.repeated:
        flash(_("Entered before: %(giver)s gave %(receiver)s %(hours)s.", **facts), "warn")
    else:
        flash(_("Entered: %(giver)s gave %(receiver)s %(hours)s.", **facts))


def _pile(form: SlipForm) -> queries.Slips:
    """Tell what this pile has come to."""
    since = _whole(form.since.data)
    return queries.slips_after(session(), community=community(), person_id=person().id, after=since)


def _begin_of_pile() -> int:
    since = request.args.get("since", "")
    return _whole(since) if since else queries.latest_id(session())


def _day_of_pile() -> date:
    try:
        return parse_day(request.args.get("date", ""))
    except Refusal:
        return _today()


def _whole(typed: str | int | None) -> int:
    """Read the number of an exchange; what is none counts from the first."""
    digits = str(typed or "")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else 0


# --- settling -----------------------------------------------------------------------------------------------


@bp.route("/exchanges/<int:exchange_id>/answer", methods=["GET", "POST"])
@needs("answer-for-others")
def answer(exchange_id: int) -> ResponseReturnValue:
    """Write down what a receiver said about an exchange by telephone, on a slip or in person."""
    shown, form = find(exchange_id), AnswerForm()
    return take_step(ANSWER, shown, form, lambda: _answer(shown, form))


def _answer(shown: Shown, form: AnswerForm) -> None:
    heard = _heard(form.heard.data, shown.receiver)
    if form.answer.data == "right":
        service.confirm_exchange(session(), community=community(), exchange=shown.exchange, actor=heard)
    else:
        service.decline_exchange(
            session(),
            community=community(),
            exchange=shown.exchange,
            reason=form.reason.data or "",
            actor=heard,
        )


@bp.route("/exchanges/<int:exchange_id>/settle", methods=["GET", "POST"])
@needs("settle-disputes")
def settle(exchange_id: int) -> ResponseReturnValue:
    """Book what is disputed or unanswered, as both sides say it was."""
    shown = find(exchange_id)
    form = SettleForm(hours=shown.exchange.minutes, date=shown.exchange.worked_on)
    return take_step(
        SETTLE,
        shown,
        form,
        lambda: service.settle_exchange(
            session(),
            community=community(),
            exchange=shown.exchange,
            minutes=form.hours.data,
            worked_on=form.date.data,
            reason=form.reason.data or "",
            actor=_heard(form.heard.data, None),
        ),
    )


@bp.route("/exchanges/<int:exchange_id>/close", methods=["GET", "POST"])
@needs("settle-disputes")
def close(exchange_id: int) -> ResponseReturnValue:
    """Book a joint exchange without those who have not answered."""
    shown, form = find(exchange_id), ReasonForm()
    return take_step(
        CLOSE,
        shown,
        form,
        lambda: service.close_joint(
            session(),
            community=community(),
            exchange=shown.exchange,
            reason=form.reason.data or "",
            actor=actor(),
        ),
    )


@bp.route("/exchanges/<int:exchange_id>/withdraw-for-them", methods=["GET", "POST"])
@needs("settle-disputes")
def withdraw(exchange_id: int) -> ResponseReturnValue:
    """Take back what others logged and nobody has booked, for a reason."""
    shown, form = find(exchange_id), ReasonForm()
    return take_step(
        WITHDRAW,
        shown,
        form,
        lambda: service.withdraw_exchange(
            session(),
            exchange=shown.exchange,
            actor=actor(),
            reason=clean_reason(form.reason.data or ""),
        ),
    )


@bp.route("/exchanges/<int:exchange_id>/reverse", methods=["GET", "POST"])
@needs("reverse-exchanges")
def reverse(exchange_id: int) -> ResponseReturnValue:
    """Take back what is booked; both lines stay on the statements."""
    shown, form = find(exchange_id), ReasonForm()
    return take_step(
        REVERSE,
        shown,
        form,
        lambda: service.reverse_exchange(
            session(),
            community=community(),
            exchange=shown.exchange,
            reason=form.reason.data or "",
            actor=actor(),
        ),
    )


def _heard(how: How, on_behalf_of: Member | None) -> Actor:
    """Tell who answers for what was heard from others, how they heard it, and from whom."""
    return Actor(person_id=person().id, member_id=on_behalf_of.id if on_behalf_of else None, how=how)


def _today() -> date:
    return clock.today(community().time_zone)
