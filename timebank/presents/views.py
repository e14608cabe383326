"""The pages of presents: giving hours to another member, what was given, and taking it back."""

from dataclasses import replace
from typing import Any

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import ledger
from timebank.actor import Actor
from timebank.i18n import in_words
from timebank.i18n import signed
from timebank.members.away import away_names
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.members.queries import names_to_suggest
from timebank.members.taking_part import takes_part
from timebank.presents import queries
from timebank.presents import service
from timebank.presents.forms import GiveForForm
from timebank.presents.forms import GiveForm
from timebank.presents.forms import TakeBackForm
from timebank.web import actor
from timebank.web import book_shown
from timebank.web import community
from timebank.web import form_page
from timebank.web import may
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import person
from timebank.web import refusals
from timebank.web import session
from timebank.web.standing import standing

bp = Blueprint("presents", __name__)


@bp.route("/presents/give", methods=["GET", "POST"])
@needs("give-to-members")
def give() -> ResponseReturnValue:
    """Give hours to another member: first what would happen, then it is booked."""
    form, me, shown = GiveForm(), oneself(), None
    if form.validate_on_submit():
        with refusals(form):
            shown = form.wish(me, form.other.member or abort(422))
            if standing().for_other:
                shown = replace(shown, not_to=standing().reach)
            given = _book(form, shown, actor())
            if given is not None:
                flash(_given(given, shown))
                return redirect(url_for(".show", present_id=given.present.id), 303)
    return _giving_page("presents/give.html", form, shown, paused=not takes_part(me), balance=_balance(me))


@bp.route("/presents/give-for", methods=["GET", "POST"])
@needs("log-for-others")
def give_for() -> ResponseReturnValue:
    """Give a member's hours to another one, as they told a coordinator."""
    form, shown = GiveForForm(), None
    if form.validate_on_submit():
        with refusals(form):
            giver, receiver = form.giver.member or abort(422), form.other.member or abort(422)
            heard = Actor(person_id=person().id, member_id=giver.id, how=form.heard.data)
            shown = form.wish(giver, receiver, written_by=oneself())
            given = _book(form, shown, heard)
            if given is not None:
                flash(_given(given, shown))
                return redirect(url_for(".show", present_id=given.present.id), 303)
    return _giving_page("presents/give_for.html", form, shown)


@bp.get("/presents/<int:present_id>")
@needs("see-home")
def show(present_id: int) -> ResponseReturnValue:
    """Show what was given to whoever gave it, was given it, or may read every statement."""
    return render_template("presents/show.html", one=_present(present_id), me=oneself())


@bp.route("/presents/<int:present_id>/take-back", methods=["GET", "POST"])
@needs("reverse-exchanges")
def take_back(present_id: int) -> ResponseReturnValue:
    """Take back what was given, for a reason; both lines stay."""
    one, form = _present(present_id), TakeBackForm()
    if form.validate_on_submit():
        with refusals(form):
            service.take_back(
                session(),
                community=community(),
                present=one.present,
                members=(one.giver, one.receiver),
                reason=form.reason.data or "",
                actor=actor(),
            )
            flash(_("It is taken back."))
            return redirect(url_for(".show", present_id=present_id), 303)
    elif one.present.reversal_id is not None:
        return redirect(url_for(".show", present_id=present_id), 303)
    return form_page("presents/take_back.html", form, one=one)


# --- the leaves ---------------------------------------------------------------------------------------------


def _present(present_id: int) -> queries.Told:
    """Find a present that the reader may see; any other is simply not there."""
    one = queries.find_present(session(), community=community(), present_id=present_id) or abort(404)
    me = oneself()
    mine = may("see-own-statement") and me is not None and me.id in (one.giver.id, one.receiver.id)
    return one if mine or may("see-statements") else abort(404)


def _book(form: GiveForm, wish: service.Wish, who: Actor) -> service.Given | None:
    facts = (wish.giver.id, wish.receiver.id, wish.minutes)
    return book_shown(
        form,
        facts,
        lambda: service.give(session(), community=community(), wish=wish, actor=who),
        other=service.GivenAlready,
    )


def _giving_page(template: str, form: GiveForm, shown: service.Wish | None, **values: Any) -> tuple[str, int]:
    """Show a form of hours; 422 where it was sent and nothing is booked yet."""
    preview = shown if shown is not None and not form.errors else None
    page, status = form_page(
        template,
        form,
        preview=preview,
        becomes=_balance(preview.giver) - preview.minutes if preview else 0,
        suggestions=[name for _id, name in names_to_suggest(session(), community=community())],
        away=away_names(session(), community=community()),
        **values,
    )
    return page, 422 if preview else status


def _balance(whose: Member) -> int:
    return ledger.balance(session(), hours_of(whose, community())).balance


def _given(given: service.Given, wish: service.Wish) -> str:
    if given.repeated:
        return str(_("This was given already, and once is enough."))
    facts = {"name": wish.receiver.name, "hours": in_words(given.present.minutes)}
    if oneself() is not None and wish.giver.id == oneself().id:
        facts["balance"] = signed(_balance(wish.giver))
        return str(_("%(name)s was given %(hours)s. Your balance is now %(balance)s.", **facts))
    return str(_("%(name)s was given %(hours)s.", **facts))
