"""The pages of members: their first page, logging hours, and one exchange with what they may say about it."""

from collections.abc import Callable
from collections.abc import Sequence
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
from flask_wtf import FlaskForm

import ledger
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import HelpKind
from timebank.communities.service import find_kind
from timebank.communities.service import list_kinds
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges import queries
from timebank.exchanges import rules
from timebank.exchanges import service
from timebank.exchanges.first_page import first_page
from timebank.exchanges.forms import DeclineForm
from timebank.exchanges.forms import JointForm
from timebank.exchanges.forms import LogForm
from timebank.exchanges.forms import ReasonForm
from timebank.exchanges.history import history_of
from timebank.exchanges.queries import Shown
from timebank.exchanges.seeing import check_both_sides
from timebank.exchanges.seeing import check_other_side
from timebank.exchanges.seeing import find
from timebank.exchanges.seeing import find_seen
from timebank.exchanges.seeing import may_say_who
from timebank.exchanges.seeing import tells_hands_of
from timebank.exchanges.seeing import who_it_was
from timebank.exchanges.steps import DECLINE
from timebank.exchanges.steps import DISPUTE
from timebank.exchanges.steps import WITHDRAW
from timebank.exchanges.steps import Step
from timebank.exchanges.steps import desk_offers
from timebank.exchanges.steps import may_withdraw
from timebank.exchanges.steps import offers
from timebank.exchanges.took_part import who_can
from timebank.i18n import day
from timebank.i18n import say
from timebank.i18n import signed
from timebank.members.away import away_names
from timebank.members.away import away_until
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.members.taking_part import takes_part
from timebank.web import KeyedForm
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import hooks
from timebank.web import may
from timebank.web import member
from timebank.web import needs
from timebank.web import person
from timebank.web import refusals
from timebank.web import safe_next
from timebank.web import session

bp = Blueprint("exchanges", __name__)

#: What the state of an exchange is called, and whether it waits ("open") or no longer counts ("off").
STATES = {
    "proposed": (N_("Waits for confirmation"), "open"),
    "agreed": (N_("Confirmed, waits for the others"), "open"),
    "confirmed": (N_("Booked"), ""),
    "declined": (N_("Not right, says the receiver"), "off"),
    "disputed": (N_("A coordinator is asked to look"), "open"),
    "withdrawn": (N_("Withdrawn"), "off"),
    "reversed": (N_("Taken back"), "off"),
}
#: What a turn of its history is called.
TURNS = {
    "logged": N_("Logged"),
    "confirmed": N_("Confirmed"),
    "declined": N_("“That is not right”"),
    "withdrawn": N_("Withdrawn"),
    "disputed": N_("A coordinator was asked to look"),
    "amended": N_("Changed as both sides agreed, and booked"),
    "booked": N_("Booked as both sides agreed"),
    "dropped": N_("Left out: no answer"),
    "reversed": N_("Taken back"),
}
#: How somebody came to know; nothing is said of what was done on these pages.
HOWS = {
    "slip": N_("on a signed slip"),
    "telephone": N_("by telephone"),
    "in-person": N_("in person"),
    "import": N_("from a file"),
    "job": N_("by the program itself"),
    "cli": N_("at the server"),
    "demo": N_("made up for the demo"),
}
#: What somebody must have the right to, to be offered a step that is not an answer.
RIGHT_TO = {"withdraw": "withdraw-exchanges"}


@bp.get("/")
@needs("see-home")
def home() -> ResponseReturnValue:
    """Show how somebody's hours stand, what waits for their word, and what happened lately."""
    return first_page(STATES)


# --- logging ------------------------------------------------------------------------------------------------


@bp.route("/exchanges/new", methods=["GET", "POST"])
@needs("log-hours")
def log() -> ResponseReturnValue:
    """Log hours with one other member."""
    form = LogForm(kinds=kinds(), date=clock.today(community().time_zone), **whose())
    preview = None
    if form.validate_on_submit():
        with refusals(form):
            other = not_oneself(form.other.member)
            gave = form.direction.data == "gave"
            said = form.said([member()], [other]) if gave else form.said([other], [member()])
            preview = to_show_first(form, said, by=member())
            if preview is None:
                return _logged(log_once(form, said, by=member(), actor=actor()), other)
    return log_page("exchanges/log.html", form, preview)


@bp.route("/exchanges/joint", methods=["GET", "POST"])
@needs("log-hours")
def joint() -> ResponseReturnValue:
    """Log hours with several other members; what each line will be is always shown before it is saved."""
    form = JointForm(kinds=kinds(), date=clock.today(community().time_zone), **whose())
    preview = None
    if form.validate_on_submit():
        with refusals(form):
            others = [not_oneself(other) for other in form.others.members]
            gave = form.direction.data == "gave"
            sides = ([member()], others) if gave else (others, [member()])
            said = form.said(*sides, shared=form.shared.data == "shared")
            preview = to_show_first(form, said, by=member())
            if preview is None:
                return _logged(log_once(form, said, by=member(), actor=actor()))
    return log_page("exchanges/joint.html", form, preview)


def kinds() -> Sequence[HelpKind]:
    """List the community's kinds of help."""
    return list_kinds(session(), community=community())


def whose() -> dict[str, Any]:
    """Tell a form for whom it is; where several act for them, whoever sits here is offered first."""
    persons = who_can(session(), member=member())
    mine = str(person().id) if person().id in {one.person.id for one in persons} else ""
    return {"whose": member(), "persons": persons, "who": mine}


def not_oneself(other: Member | None) -> Member:
    """Refuse oneself as the other person, and whoever logs for both sides."""
    if other is None or other.id == member().id:
        raise rules.Yourself
    check_other_side(other)
    return other


def to_show_first(form: KeyedForm, said: rules.Said, *, by: Member | None) -> rules.Preview | None:
    """Give what has to be shown before it is logged; nothing where that was done, or all is as typed."""
    rules.check_said(said, community=community(), by=by)
    preview = rules.preview_of(said, community=community())
    if preview.is_plain or preview.mark == form.seen.data:
        return None
    form.seen.data = preview.mark
    return preview


def log_once(form: KeyedForm, said: rules.Said, *, by: Member | None, actor: Actor) -> service.Logged:
    """Log what a form says; one that was saved before with other content gets a key of its own."""
    try:
        return service.log_exchange(session(), community=community(), said=said, by=by, actor=actor)
    except rules.FormSavedAlready:
        form.renew_key()
        raise


def log_page(template: str, form: KeyedForm, preview: rules.Preview | None, **values: Any) -> tuple[str, int]:
    """Show a form of hours; 422 where it was sent and nothing is saved yet."""
    me = member()
    # Whom a member has met, and how they stand, is theirs to tell.
    known = me if me and (may("see-own-statement") or may("log-for-others")) else None
    page, status = form_page(
        template,
        form,
        preview=preview,
        suggestions=queries.people_to_suggest(session(), community=community(), member=known),
        away=away_names(session(), community=community()),
        paused=me is not None and not takes_part(me),
        ways=hooks().ways_to_log(session(), community()) if may("log-own-visits") else (),
        balance=ledger.balance(session(), hours_of(known, community())).balance if known else None,
        **values,
    )
    return page, 422 if preview else status


def _logged(logged: service.Logged, other: Member | None = None) -> ResponseReturnValue:
    """Say what has happened by logging, on the page of what was logged."""
    if logged.repeated:
        said = _("This was logged already, and once is enough.")
    elif all(one.state != "proposed" for one in logged.exchanges):
        said = _booked(_("Logged and booked."))
    elif other is not None:
        said = _("Logged. %(name)s is asked to confirm it.", name=other.name)
    else:
        said = _("Logged. Everybody is asked to confirm it.")
    flash(said)
    if other is not None and (until := away_until(session(), community=community(), member=other)):
        name, last_day = other.name, day(until)
        flash(_("%(name)s is away until %(day)s, so an answer may take a while.", name=name, day=last_day))
    return redirect(url_for(".show", exchange_id=logged.exchanges[0].id), 303)


def _booked(said: str) -> str:
    """Say that hours are booked, and what has become of the balance to whoever may read it."""
    if not may("see-own-statement"):
        return said
    now = _("Your balance is now %(balance)s.", balance=_balance_of(member()))
    return f"{said} {now}"


def _balance_of(someone: Member) -> str:
    return signed(ledger.balance(session(), hours_of(someone, community())).balance)


# --- one exchange -------------------------------------------------------------------------------------------


@bp.get("/exchanges/<int:exchange_id>")
@needs("see-home")
def show(exchange_id: int) -> ResponseReturnValue:
    """Show an exchange to those who took part in it, and to officers."""
    return exchange_page(find_seen(exchange_id))


@bp.post("/exchanges/<int:exchange_id>/confirm")
@needs("answer-exchanges")
def confirm(exchange_id: int) -> ResponseReturnValue:
    """Say that it is right: one tap from the first page."""
    shown = _own(exchange_id, as_receiver=True)
    try:
        check_both_sides(shown)
        with session().begin_nested():
            service.confirm_exchange(
                session(), community=community(), exchange=shown.exchange, actor=actor(), by=member()
            )
    except Refusal as refusal:
        return exchange_page(shown, refusal)
    if shown.exchange.state == "confirmed":
        flash(_booked(_("Confirmed and booked.")))
    else:
        flash(_("Confirmed. It is booked when the others have answered."))
    return redirect(safe_next(request.form.get("next"), url_for(".show", exchange_id=exchange_id)), 303)


@bp.route("/exchanges/<int:exchange_id>/decline", methods=["GET", "POST"])
@needs("answer-exchanges")
def decline(exchange_id: int) -> ResponseReturnValue:
    """Say that it is not right, and why."""
    shown, form = _own(exchange_id, as_receiver=True), DeclineForm()
    return take_step(
        DECLINE,
        shown,
        form,
        lambda: service.decline_exchange(
            session(),
            community=community(),
            exchange=shown.exchange,
            reason=form.reason.data or "",
            actor=actor(),
            by=member(),
        ),
    )


@bp.post("/exchanges/<int:exchange_id>/withdraw")
@needs("withdraw-exchanges")
def withdraw(exchange_id: int) -> ResponseReturnValue:
    """Take back what one has logged and nobody has booked."""
    shown = find(exchange_id)
    if not queries.is_party(shown, member()):
        abort(404)
    try:
        if shown.exchange.state != "withdrawn" and not may_withdraw(shown, member()):
            raise rules.AnsweredAlready
        service.withdraw_exchange(session(), exchange=shown.exchange, actor=actor())
    except Refusal as refusal:
        return exchange_page(shown, refusal)
    flash(_(WITHDRAW.done))
    return redirect(safe_next(request.form.get("next"), url_for(".show", exchange_id=exchange_id)), 303)


@bp.route("/exchanges/<int:exchange_id>/dispute", methods=["GET", "POST"])
@needs("answer-exchanges")
def dispute(exchange_id: int) -> ResponseReturnValue:
    """Ask a coordinator to look at a refusal."""
    shown, form = _own(exchange_id, as_receiver=False), ReasonForm()
    return take_step(
        DISPUTE,
        shown,
        form,
        lambda: service.dispute_exchange(
            session(), exchange=shown.exchange, reason=form.reason.data or "", actor=actor()
        ),
    )


def exchange_page(shown: Shown, refusal: Refusal | None = None) -> tuple[str, int]:
    """Show an exchange as it stands; a refusal stands on top, for those who came too late."""
    lines = queries.lines_of_joint(session(), exchange=shown.exchange)
    kind_id = shown.exchange.kind_id
    page = render_template(
        "exchanges/show.html",
        shown=shown,
        lines=lines,
        party=[line for line in lines if may("see-exchanges") or queries.is_party(line, member())],
        kind=find_kind(session(), community=community(), kind_id=kind_id) if kind_id else None,
        history=history_of(
            session(), community=community(), exchange=shown.exchange, tells_hands_of=tells_hands_of()
        ),
        elsewhere=hooks().answered_elsewhere(session(), [shown.exchange.id]).get(shown.exchange.id),
        offers=frozenset(
            offer for offer in offers(shown, member=member()) if may(RIGHT_TO.get(offer, "answer-exchanges"))
        ),
        desk_offers=desk_offers(shown, lines) if may("settle-disputes") else frozenset(),
        sentence=say(refusal) if refusal else None,
        people=who_it_was(shown),
        asked_who=may_say_who(shown),
        pages=hooks().exchange_pages(session(), shown.exchange),
        states=STATES,
        turns=TURNS,
        hows=HOWS,
    )
    return page, refusal.status if refusal else 200


def take_step(step: Step, shown: Shown, form: FlaskForm, verb: Callable[[], None]) -> ResponseReturnValue:
    """Show a step's form, or do what it says; where somebody else was first, the exchange itself is shown."""
    if form.validate_on_submit():
        with refusals(form):
            try:
                verb()
            except rules.AnsweredAlready as refusal:
                return exchange_page(shown, refusal)
            flash(_(step.done))
            return redirect(url_for("exchanges.show", exchange_id=shown.exchange.id), 303)
    elif not form.is_submitted() and shown.exchange.state not in step.states:
        return redirect(url_for("exchanges.show", exchange_id=shown.exchange.id), 303)
    return form_page("exchanges/step.html", form, step=step, shown=shown)


def _own(exchange_id: int, *, as_receiver: bool) -> Shown:
    """Find an exchange that the signed-in member received, or gave."""
    shown = find(exchange_id)
    side = shown.receiver if as_receiver else shown.giver
    return shown if side.id == member().id else abort(404)
