"""The pages of members for help that is paid for: telling of a visit, and answering what was told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.service import list_kinds
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges import queries as exchanges
from timebank.exchanges import rules
from timebank.exchanges.history import AT_A_SCREEN
from timebank.exchanges.queries import Shown
from timebank.exchanges.seeing import check_other_side
from timebank.exchanges.seeing import find
from timebank.exchanges.seeing import find_seen
from timebank.i18n import say
from timebank.members.models import Member
from timebank.members.taking_part import takes_part
from timebank.prepaid.rules import were_ever_offered
from timebank.rates.forms import ITEM_LABELS
from timebank.support import proposals
from timebank.support.forms import TAKES_LABELS
from timebank.support.planning import Plan
from timebank.support.planning import Wish
from timebank.support.proposal_forms import NotRightForm
from timebank.support.proposal_forms import OwnVisitForm
from timebank.support.proposal_forms import VisitAnswerForm
from timebank.support.proposal_models import BY_GIVER
from timebank.support.proposal_models import BY_RECEIVER
from timebank.support.proposal_models import SupportProposal
from timebank.support.queries import was_ever_on
from timebank.support.usual import usual_of
from timebank.support.views import check_on
from timebank.tickets.queries import was_ever_sold
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import member
from timebank.web import needs
from timebank.web import person
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("proposals", __name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A visit about which somebody is asked, and whether it is whoever gave."""

    shown: Shown
    proposal: SupportProposal

    @property
    def side(self) -> str:
        """Who is asked."""
        return proposals.asked_side(self.proposal)

    @property
    def member(self) -> Member:
        """The member who is asked."""
        return self.shown.giver if self.side == BY_GIVER else self.shown.receiver

    @property
    def teller(self) -> Member:
        """The member who told of it."""
        return self.shown.receiver if self.side == BY_GIVER else self.shown.giver


@bp.route("/support/visits/log", methods=["GET", "POST"])
@needs("log-own-visits")
def log() -> ResponseReturnValue:
    """Tell of a visit that is paid for; what it means for both is shown before it is saved."""
    check_on()
    here, me = community(), member()
    form = OwnVisitForm(
        list_kinds(session(), community=here), tickets=_tickets(), prepaid=_prepaid(), date=_today()
    )
    plan: Plan | None = None
    if form.validate_on_submit():
        with refusals(form):
            other = _not_oneself(form.other.member)
            sides = (me, other) if form.direction.data == "gave" else (other, me)
            wish = form.wish(*sides)
            plan = proposals.as_shown_to(session(), community=here, wish=wish, by=me)
            rules.check_said(plan.said, community=here, by=me)
            if plan.mark == form.seen.data:
                return _told(form, plan, wish, other)
            form.seen.data = plan.mark
    page, status = form_page(
        "support/log_visit.html",
        form,
        plan=plan,
        suggestions=exchanges.people_to_suggest(session(), community=here, member=me),
        items=ITEM_LABELS,
        paused=not takes_part(me),
        usually=TAKES_LABELS[usual_of(session(), member=me)],
        sees_tickets=plan is not None and plan.wish.receiver.id == me.id,
        sees_fund=False,
    )
    return page, 422 if plan else status


@bp.route("/support/visits/<int:exchange_id>/answer", methods=["GET", "POST"])
@needs("log-own-visits")
def answer(exchange_id: int) -> ResponseReturnValue:
    """Answer what the other one has told of a visit, seeing what it costs and what becomes of it."""
    asked = _asked(exchange_id)
    if asked is None:
        return _there(exchange_id)
    if asked.member.id != member().id:
        abort(404)
    return _answer(asked, heard=False)


@bp.route("/support/visits/<int:exchange_id>/answer-for-them", methods=["GET", "POST"])
@needs("answer-for-others")
def answer_for_them(exchange_id: int) -> ResponseReturnValue:
    """Write down what somebody said about a visit by telephone, on a slip or in person."""
    find(exchange_id)
    asked = _asked(exchange_id)
    return _there(exchange_id) if asked is None else _answer(asked, heard=True)


@bp.route("/support/visits/<int:exchange_id>/not-right", methods=["GET", "POST"])
@needs("log-own-visits")
def decline(exchange_id: int) -> ResponseReturnValue:
    """Say that what somebody told of a visit that one gave is not right, and why."""
    asked, form = _asked(exchange_id), NotRightForm()
    if asked is None or asked.side != BY_GIVER:
        return _there(exchange_id)
    if asked.member.id != member().id:
        abort(404)
    if form.validate_on_submit():
        with refusals(form):
            proposals.decline(
                session(),
                exchange=asked.shown.exchange,
                reason=form.reason.data or "",
                actor=actor(),
                by=member(),
            )
            flash(_("Your answer is sent. Nothing was booked."))
            return redirect(url_for("exchanges.show", exchange_id=exchange_id), 303)
    return form_page("support/not_right.html", form, asked=asked)


# --- what the pages of exchanges ask ------------------------------------------------------------------------


def answered_elsewhere(session: Session, exchange_ids: Collection[int]) -> dict[int, bool]:
    """Tell which exchanges wait for a word about money, too, and whether it is the giver's."""
    found = select(SupportProposal.exchange_id, SupportProposal.told_by).where(
        SupportProposal.exchange_id.in_(exchange_ids), SupportProposal.answered_at.is_(None)
    )
    return {exchange_id: told_by == BY_RECEIVER for exchange_id, told_by in session.execute(found)}


def ways_to_log(session: Session, community: Community) -> list[tuple[str, str]]:
    """Name the page on which help is logged that is paid for, where any is."""
    if not was_ever_on(session, community=community):
        return []
    return [("proposals.log", N_("It is paid for with money or tickets: log it here"))]


# --- the leaves ---------------------------------------------------------------------------------------------


def _answer(asked: Asked, *, heard: bool) -> ResponseReturnValue:
    exchange, here = asked.shown.exchange, community()
    sides = (BY_GIVER, BY_RECEIVER) if heard else (asked.side,)
    usual = usual_of(session(), member=asked.shown.giver)
    form = VisitAnswerForm(
        asked.proposal, sides=sides, heard=heard, tickets=_tickets(), prepaid=_prepaid(), usual=usual
    )
    plan: Plan | None = None
    shown = False
    if form.validate_on_submit():
        with refusals(form):
            if not heard:
                _check_both_sides(asked)
            plan = proposals.confirm(
                session(),
                community=here,
                exchange=exchange,
                answer=form.answer(),
                seen=form.seen.data or "",
                actor=_heard(form, asked) if heard else actor(),
                by=None if heard else member(),
            )
            if exchange.state == "confirmed":
                flash(_("Confirmed and booked."))
                return redirect(url_for("exchanges.show", exchange_id=exchange.id), 303)
            form.seen.data, shown = proposals.mark_of(plan), True
    elif not form.is_submitted():
        try:
            plan = proposals.plan_to_answer(
                session(), community=here, exchange=exchange, proposal=asked.proposal, answer=form.answer()
            )
            form.seen.data, shown = proposals.mark_of(plan), True
        except Refusal as refusal:
            form.form_errors.append(say(refusal))
    page, status = form_page(
        "support/answer_visit.html",
        form,
        asked=asked,
        plan=plan,
        is_shown=shown,
        changed=form.is_submitted(),
        items=ITEM_LABELS,
        heard=heard,
        sees_tickets=heard or asked.side == BY_RECEIVER,
        sees_fund=heard,
    )
    return page, 422 if shown and form.is_submitted() else status if form.is_submitted() else 200


def _told(form: OwnVisitForm, plan: Plan, wish: Wish, other: Member) -> ResponseReturnValue:
    try:
        logged = proposals.tell(
            session(), community=community(), wish=wish, plan=plan, by=member(), actor=actor()
        )
    except rules.FormSavedAlready:
        form.renew_key()
        raise
    if logged.repeated:
        flash(_("This was logged already, and once is enough."))
    else:
        flash(_("Logged. %(name)s is asked to confirm it.", name=other.name))
    return redirect(url_for("exchanges.show", exchange_id=logged.exchanges[0].id), 303)


def _heard(form: VisitAnswerForm, asked: Asked) -> Actor:
    """Tell who answers for what was heard, how they heard it, and from whom."""
    return Actor(person_id=person().id, member_id=asked.member.id, how=form.heard.data)


def _not_oneself(other: Member | None) -> Member:
    if other is None or other.id == member().id:
        raise rules.Yourself
    check_other_side(other)
    return other


def _asked(exchange_id: int) -> Asked | None:
    """Find a visit about which somebody is asked; None where nobody is any more."""
    shown = find(exchange_id)
    proposal = proposals.find_proposal(session(), exchange=shown.exchange)
    return None if proposal is None else Asked(shown, proposal)


def _there(exchange_id: int) -> ResponseReturnValue:
    """Lead to how an exchange stands by now; to others than its sides and officers it is not there."""
    shown = find_seen(exchange_id)
    return redirect(url_for("exchanges.show", exchange_id=shown.exchange.id), 303)


def _check_both_sides(asked: Asked) -> None:
    """Refuse whoever acts for the one who is asked and is the other, acts for them, or has told of it."""
    check_other_side(asked.teller)
    logged = asked.shown.exchange
    same_person = logged.logged_person_id == person().id and logged.logged_how in AT_A_SCREEN
    if same_person and logged.logged_member_id != member().id:
        raise rules.SaidBothSides


def _tickets() -> bool:
    return was_ever_sold(session(), community=community())


def _prepaid() -> bool:
    return were_ever_offered(session(), community=community())


def _today() -> date:
    return clock.today(community().time_zone)
