"""Giving hours to another community, for oneself or as a member told; what crossed, and taking it back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import session as browser
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import ledger
from timebank.actor import Actor
from timebank.between import giving
from timebank.between import queries
from timebank.between.forms import AcrossForm
from timebank.between.forms import GiveForForm
from timebank.between.forms import GiveForm
from timebank.between.forms import TakeBackForm
from timebank.between.models import ENDED
from timebank.between.models import ON
from timebank.between.sides import Between
from timebank.between.sides import find_agreement
from timebank.between.sides import seen_from
from timebank.between.sides import still_possible
from timebank.between.taking_back import take_back as take_both_back
from timebank.errors import Refusal
from timebank.i18n import in_words
from timebank.i18n import signed
from timebank.limits import Limit
from timebank.members.away import away_names
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.members.queries import names_to_suggest
from timebank.members.taking_part import takes_part
from timebank.web import actor
from timebank.web import afterwards
from timebank.web import community
from timebank.web import form_page
from timebank.web import is_this_machine
from timebank.web import key_of
from timebank.web import limited
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import network
from timebank.web import person
from timebank.web import refusals
from timebank.web import refuse_too_many
from timebank.web import session
from timebank.web import succeeded
from timebank.web.standing import standing

bp = Blueprint("between", __name__)

LINES_ON_A_PAGE = 50
#: So often on a day somebody may be looked for who is not found: nobody tries a list of numbers.
MOST_MISSES = 20


def miss_limits() -> Sequence[Limit]:
    """Limit how often a number and a name may be tried that do not belong together."""
    token, typed = browser.get("_user_id"), request.form.get("name", "").strip()
    if not token or not typed:
        return ()
    limits = [Limit(key_of("across", str(token)), MOST_MISSES, timedelta(days=1))]
    if not is_this_machine():
        limits.append(Limit(key_of("across-from", network()), 3 * MOST_MISSES, timedelta(days=1)))
    return limits


@bp.get("/between/")
@needs("see-between")
def index() -> ResponseReturnValue:
    """Show officers what is owed each way, and what crossed; no page where nothing was ever agreed."""
    standings = queries.standings(session(), community=community())
    if not standings:
        abort(404)
    before = request.args.get("before", type=int)
    page = queries.crossed(session(), community=community(), before=before, limit=LINES_ON_A_PAGE)
    return render_template(
        "between/index.html",
        standings=standings,
        lines=page.lines,
        older=url_for(".index", before=page.older) if page.older else None,
        newer=url_for(".index") if before else None,
    )


@bp.route("/between/<int:agreement_id>/give", methods=["GET", "POST"])
@needs("give-across")
@limited(miss_limits)
def give(agreement_id: int) -> ResponseReturnValue:
    """Give hours of one's own: first what will arrive, then it is booked."""
    between, form, me = _between(agreement_id), GiveForm(), oneself()
    shown = None
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            shown = replace(form.wish(me), by=person() if standing().for_other else None)
            given = _book(form, between, shown, actor())
            if given is not None:
                flash(_gave(between, given, me))
                return redirect(url_for("statements.own"), 303)
    elif form.is_submitted():
        _was_no_miss()
    return _page("between/give.html", form, between, shown, paused=not takes_part(me), balance=_balance(me))


@bp.route("/between/<int:agreement_id>/give-for", methods=["GET", "POST"])
@needs("log-for-others")
@limited(miss_limits)
def give_for(agreement_id: int) -> ResponseReturnValue:
    """Give a member's hours, as they told a coordinator."""
    between, form = _between(agreement_id), GiveForForm()
    shown = None
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            giver = form.giver.member or abort(422)
            heard = Actor(person_id=person().id, member_id=giver.id, how=form.heard.data)
            shown = replace(form.wish(giver), by=person())
            given = _book(form, between, shown, heard)
            if given is not None:
                flash(_gave(between, given, giver))
                return redirect(url_for(".index"), 303)
    elif form.is_submitted():
        _was_no_miss()
    return _page(
        "between/give_for.html",
        form,
        between,
        shown,
        suggestions=[name for _id, name in names_to_suggest(session(), community=community())],
        away=away_names(session(), community=community()),
    )


@bp.route("/between/acts/<int:across_id>/take-back", methods=["GET", "POST"])
@needs("take-back-across")
def take_back(across_id: int) -> ResponseReturnValue:
    """Take what crossed back in both books, for a reason."""
    found = queries.find_across(session(), community=community(), across_id=across_id) or abort(404)
    form = TakeBackForm()
    if form.validate_on_submit():
        with refusals(form):
            take_both_back(
                session(),
                community=community(),
                across=found.across,
                reason=form.reason.data or "",
                actor=actor(),
            )
            flash(_("It is taken back in both communities."))
            return redirect(url_for(".index"), 303)
    elif found.across.given_reversal_id is not None:
        return redirect(url_for(".index"), 303)
    return form_page("between/take_back.html", form, one=found)


# --- the leaves ---------------------------------------------------------------------------------------------


def _between(agreement_id: int) -> Between:
    """Find an agreement by which hours can be given; of one that has ended a form may still be open."""
    agreement = find_agreement(session(), community=community(), agreement_id=agreement_id)
    open_to = (ON, ENDED) if request.method == "POST" else (ON,)
    if agreement is None or agreement.state not in open_to:
        abort(404)
    return seen_from(session(), community=community(), agreement=agreement)


def _book(form: AcrossForm, between: Between, wish: giving.Wish, by: Actor) -> giving.Given | None:
    """Book what was shown before; anything else is only tried, so that a refusal comes before a question."""
    savepoint = session().begin_nested()
    try:
        given = giving.give(session(), between=between, wish=wish, actor=by)
    except Refusal as refused:
        # Who is told again and again that it is too much would read off what the receiver has.
        if not isinstance(refused, (giving.ReceiverUnknown, giving.ReceiverFull)):
            _was_no_miss()
        if isinstance(refused, giving.SentAlready):
            form.renew_key()
        raise
    _was_no_miss()
    if given.repeated or form.was_shown(wish, between.agreement):
        savepoint.commit()
        return given
    savepoint.rollback()
    return None


def _was_no_miss() -> None:
    """Count only who was not found: whatever else is refused, or shown first, tries no number."""
    afterwards(succeeded)


def _page(
    template: str, form: AcrossForm, between: Between, shown: giving.Wish | None, **values: Any
) -> tuple[str, int]:
    """Show a form of hours; 422 where it was sent and nothing is booked yet."""
    preview = shown if shown is not None and not form.errors else None
    page, status = form_page(
        template,
        form,
        between=between,
        possible=still_possible(session(), between),
        preview=preview,
        arrives=between.across(preview.minutes) if preview else 0,
        becomes=_balance(preview.giver) - preview.minutes if preview else 0,
        **values,
    )
    return page, 422 if preview else status


def _balance(whose: Member) -> int:
    return ledger.balance(session(), hours_of(whose, community())).balance


def _gave(between: Between, given: giving.Given, giver: Member) -> str:
    if given.repeated:
        return str(_("This was given already, and once is enough."))
    facts = {
        "community": between.there.community.name,
        "hours": in_words(given.across.given_minutes),
        "arrived": in_words(given.across.received_minutes),
    }
    if oneself() is not None and giver.id == oneself().id:
        facts["balance"] = signed(_balance(giver))
        return str(
            _(
                "%(hours)s went to %(community)s, where %(arrived)s arrived. "
                "Your balance is now %(balance)s.",
                **facts,
            )
        )
    return str(_("%(hours)s went to %(community)s, where %(arrived)s arrived.", **facts))
