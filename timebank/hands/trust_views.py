"""The pages of trust: a member names somebody, who accepts; either ends it, or a coordinator for them."""

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.actor import How
from timebank.hands import trust
from timebank.hands.forms import TicksForm
from timebank.hands.forms import TicksForOthersForm
from timebank.hands.forms import TrustForm
from timebank.hands.forms import TrustForOthersForm
from timebank.hands.models import TrustOffer
from timebank.hands.queries import ticks_of
from timebank.hands.service import end_hand
from timebank.limits import Limit
from timebank.members.models import TRUSTED
from timebank.members.models import Hand
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.members.queries import names_of
from timebank.people.models import Person
from timebank.rights import TICK_LABELS
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import hooks
from timebank.web import is_this_machine
from timebank.web import key_of
from timebank.web import limited
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import network
from timebank.web import open_to_all
from timebank.web import person
from timebank.web import refusals
from timebank.web import refuse_too_many
from timebank.web import session

bp = Blueprint("trust", __name__)


def ask_limits() -> Sequence[Limit]:
    """Limit how often somebody may be asked: nobody's mailbox is filled, and no list of addresses tried."""
    typed = request.form.get("who", "").strip().casefold()
    limits = [Limit(key_of("trust", typed), 5, timedelta(days=1))]
    if not is_this_machine():
        limits.append(Limit(key_of("trusts", network()), 20, timedelta(days=1)))
    return limits if typed else ()


@bp.route("/membership/hands/new", methods=["GET", "POST"])
@needs("name-trusted")
@limited(ask_limits)
def name() -> ResponseReturnValue:
    """Ask somebody to act for oneself, within what one ticks."""
    form = TrustForm()
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            _ask(form, oneself(), actor().how)
            flash(_("They are asked, and can act for you when they have said yes."))
            return redirect(url_for("hands.own"), 303)
    return form_page("hands/name.html", form, whose=oneself(), own=True)


@bp.post("/membership/hands/<int:person_id>/end")
@needs("name-trusted")
def end(person_id: int) -> ResponseReturnValue:
    """Trust somebody no longer; they are told only that it has ended."""
    found = session().get(Person, person_id) or abort(404)
    if not end_hand(session(), member=oneself(), person=found, actor=actor(), which=(TRUSTED,)):
        abort(404)
    flash(_("It has ended. They are told only that."))
    return redirect(url_for("hands.own"), 303)


@bp.route("/membership/hands/<int:person_id>/ticks", methods=["GET", "POST"])
@needs("name-trusted")
def change(person_id: int) -> ResponseReturnValue:
    """Change what somebody whom one trusts may do."""
    hand = trust.find_trusted(session(), member=oneself(), person_id=person_id) or abort(404)
    form = TicksForm(data={"ticks": sorted(ticks_of(hand))})
    return _change(form, hand, oneself(), actor().how, url_for("hands.own"))


@bp.post("/membership/hands/asked/<int:offer_id>/take-back")
@needs("name-trusted")
def take_back(offer_id: int) -> ResponseReturnValue:
    """Ask somebody no longer."""
    _take_back(oneself(), offer_id)
    return redirect(url_for("hands.own"), 303)


# --- for whoever is asked -----------------------------------------------------------------------------------


@bp.post("/for-whom/asked/<int:offer_id>")
@needs("choose-for-whom")
def answer(offer_id: int) -> ResponseReturnValue:
    """Say whether one will act for a member who has asked."""
    asked = trust.offers_to(session(), person=person(), community=community())
    offer, whose = next((one for one in asked if one[0].id == offer_id), None) or abort(404)
    if request.form.get("answer") == "yes":
        trust.accept(session(), offer=offer, member=whose, person=person())
        flash(_("You can act for %(name)s now. Thank you.", name=whose.name))
        return redirect(url_for("hands.whom"), 303)
    trust.decline(session(), offer=offer)
    flash(_("%(name)s can read that you would rather not.", name=whose.name))
    return redirect(url_for(hooks().home), 303)


@bp.get("/trusted/<trust_token>")
@open_to_all
def asked_by_mail(trust_token: str) -> ResponseReturnValue:
    """Show who asks, and two buttons: programs that look into mail open links, and answer nothing by it."""
    found = trust.find_by_token(session(), community=community(), token=trust_token)
    if found is None:
        return _gone()
    offer, whose = found
    return render_template(
        "hands/asked.html", offer=offer, whose=whose, token=trust_token, tick_labels=TICK_LABELS
    )


@bp.post("/trusted/<trust_token>")
@open_to_all
def answer_by_mail(trust_token: str) -> ResponseReturnValue:
    """Accept or decline by the link of a mail, which signs nobody in."""
    found = trust.find_by_token(session(), community=community(), token=trust_token)
    if found is None:
        return _gone()
    offer, whose = found
    if request.form.get("answer") != "yes":
        trust.decline(session(), offer=offer)
        return redirect(url_for(".answered"), 303)
    asked = trust.person_asked(session(), offer=offer) or abort(404)
    trust.accept(session(), offer=offer, member=whose, person=asked)
    flash(_("You can act for %(name)s now. Please sign in.", name=whose.name))
    return redirect(url_for("people.sign_in", next=url_for("hands.whom")), 303)


@bp.get("/trusted")
@open_to_all
def answered() -> ResponseReturnValue:
    """Thank whoever has answered that they would rather not."""
    return render_template("hands/declined.html")


# --- for coordinators ---------------------------------------------------------------------------------------


@bp.route("/members/<int:member_id>/hands/new", methods=["GET", "POST"])
@needs("set-hands")
@limited(ask_limits)
def name_for(member_id: int) -> ResponseReturnValue:
    """Write down whom a member trusts, who told a coordinator; they still have to accept."""
    whose, form = _member(member_id), TrustForOthersForm()
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            _ask(form, whose, form.heard.data)
            flash(_("They are asked, and can act for the member when they have said yes."))
            return redirect(url_for("hands.of_member", member_id=whose.id), 303)
    return form_page("hands/name.html", form, whose=whose, own=False)


@bp.route("/members/<int:member_id>/hands/<int:person_id>/ticks", methods=["GET", "POST"])
@needs("set-hands")
def change_for(member_id: int, person_id: int) -> ResponseReturnValue:
    """Change what somebody may do whom a member trusts, as the member told a coordinator."""
    whose = _member(member_id)
    hand = trust.find_trusted(session(), member=whose, person_id=person_id) or abort(404)
    form = TicksForOthersForm(data={"ticks": sorted(ticks_of(hand))})
    back = url_for("hands.of_member", member_id=whose.id)
    return _change(form, hand, whose, form.heard.data, back)


@bp.post("/members/<int:member_id>/hands/asked/<int:offer_id>/take-back")
@needs("set-hands")
def take_back_for(member_id: int, offer_id: int) -> ResponseReturnValue:
    """Take a member's question back for them."""
    whose = _member(member_id)
    _take_back(whose, offer_id)
    return redirect(url_for("hands.of_member", member_id=whose.id), 303)


# --- the leaves ---------------------------------------------------------------------------------------------


def _ask(form: TrustForm, whose: Member, how: How) -> None:
    trust.ask(
        session(),
        community=community(),
        member=whose,
        named=form.named(),
        ticks=form.ticks.data or [],
        actor=actor(how),
    )


def _change(form: TicksForm, hand: Hand, whose: Member, how: How, back: str) -> ResponseReturnValue:
    names = names_of(session(), community_id=community().id, person_ids=[hand.person_id])
    if form.validate_on_submit():
        with refusals(form):
            trust.change_ticks(session(), hand=hand, ticks=form.ticks.data or [], actor=actor(how))
            flash(_("It is changed, and both are told."))
            return redirect(back, 303)
    called = names.get(hand.person_id, "")
    return form_page("hands/ticks.html", form, whose=whose, called=called, back=back)


def _take_back(whose: Member, offer_id: int) -> None:
    offer: TrustOffer = trust.find_offer(session(), member=whose, offer_id=offer_id) or abort(404)
    trust.take_back(session(), offer=offer, member=whose, actor=actor())
    flash(_("It is taken back."))


def _member(member_id: int) -> Member:
    """Find a member of this community; another community's is simply not there."""
    return find_member(session(), community=community(), member_id=member_id) or abort(404)


def _gone() -> ResponseReturnValue:
    return render_template("hands/asked_gone.html"), 404
