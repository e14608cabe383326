"""The pages on which somebody says for whom they are here, and those about who acts for a member."""

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

from timebank.acts import ACTS
from timebank.hands import queries
from timebank.hands import service
from timebank.hands import trust
from timebank.hands.acts import acts_for
from timebank.hands.forms import HandForm
from timebank.members.models import PERSON
from timebank.members.models import SELF
from timebank.members.models import TRUSTED
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.people.models import Person
from timebank.people.service import keep_form
from timebank.rights import TICK_LABELS
from timebank.rights import TICKED
from timebank.web import actor
from timebank.web import choose as act_for
from timebank.web import community
from timebank.web import endpoints_needing
from timebank.web import form_page
from timebank.web import hooks
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import open_to_all
from timebank.web import person
from timebank.web import refusals
from timebank.web import safe_next
from timebank.web import session
from timebank.web import standing
from timebank.web import unseal
from timebank.web.standing import id_of

bp = Blueprint("hands", __name__)


@bp.get("/for-whom")
@needs("choose-for-whom")
def whom() -> ResponseReturnValue:
    """Show for whom somebody can be here."""
    reach = queries.reach_of(session(), person=person(), community=community())
    return render_template(
        "hands/whom.html",
        others=[(hand, one, queries.ticks_of(hand)) for hand, one in reach if hand.acts_as != SELF],
        offers=trust.offers_to(session(), person=person(), community=community()),
        tick_labels=TICK_LABELS,
        next=safe_next(request.args.get("next"), ""),
    )


@bp.post("/for-whom")
@needs("choose-for-whom")
def choose() -> ResponseReturnValue:
    """Be here for a member from now on, or for oneself; what was typed for them is shown once more."""
    wanted = id_of(request.form.get("member", ""))
    then = hooks().stand(session(), person(), community(), wanted)
    if wanted is not None and (then.member is None or then.member.id != wanted):
        abort(404)
    act_for(wanted)
    kept = unseal(request.form.get("kept"))
    if kept is not None and kept.is_by(person()):
        keep_form(session(), person=person(), path=kept.path, target=kept.target, fields=kept.fields)
        flash(_("What you had typed is still here. Please look at it and send it once more."), "warn")
        return redirect(kept.path, 303)
    return redirect(safe_next(request.form.get("next"), url_for(hooks().home)), 303)


@bp.get("/membership/hands")
@needs("see-own-hands")
def own() -> ResponseReturnValue:
    """Show a member who acts for them; each sees the others."""
    whose = oneself()
    return render_template(
        "hands/own.html",
        whose=whose,
        acting=queries.acting_for(session(), member=whose),
        offers=trust.offers_of(session(), member=whose),
        **done_for(whose),
    )


@bp.post("/for-whom/<int:member_id>/end")
@needs("choose-for-whom")
def lay_down(member_id: int) -> ResponseReturnValue:
    """Act for whoever trusts one no longer, of one's own will."""
    whose = _member(member_id)
    if not service.end_hand(session(), member=whose, person=person(), actor=actor(), which=(TRUSTED,)):
        abort(404)
    flash(_("You do not act for %(name)s any more.", name=whose.name))
    return redirect(
        url_for(".whom" if standing().reach - {whose.id} or standing().has_own_part else ".thanks"), 303
    )


@bp.get("/for-whom/thanks")
@open_to_all
def thanks() -> ResponseReturnValue:
    """Thank whoever has acted for a member and has no other part here."""
    return render_template("hands/thanks.html")


def done_for(whose: Member) -> dict[str, Any]:
    """Give a page what those whom a member trusts have done for them, and how it is called."""
    acts = endpoints_needing(TICKED)
    return {
        "done": acts_for(session(), member=whose, acts=acts),
        "acts": ACTS,
        "tick_labels": TICK_LABELS,
    }


# --- for coordinators ---------------------------------------------------------------------------------------


@bp.route("/members/<int:member_id>/hands", methods=["GET", "POST"])
@needs("set-hands")
def of_member(member_id: int) -> ResponseReturnValue:
    """Show who acts for a member, and let somebody act for a household or an organisation."""
    whose, form = _member(member_id), HandForm()
    if form.validate_on_submit():
        with refusals(form):
            service.add_hand(
                session(), community=community(), member=whose, named=form.named(), actor=actor()
            )
            flash(_("It is written down, and they are told by mail where they have an address."))
            return redirect(url_for(".of_member", member_id=whose.id), 303)
    return form_page(
        "hands/of_member.html",
        form,
        whose=whose,
        acting=queries.acting_for(session(), member=whose),
        several=whose.kind != PERSON,
        offers=trust.offers_of(session(), member=whose),
        **done_for(whose),
    )


@bp.post("/members/<int:member_id>/hands/<int:person_id>/end")
@needs("set-hands")
def end(member_id: int, person_id: int) -> ResponseReturnValue:
    """Let somebody act for a member no longer, at once and without a reason."""
    whose = _member(member_id)
    found = session().get(Person, person_id) or abort(404)
    if not service.end_hand(session(), member=whose, person=found, actor=actor()):
        abort(404)
    flash(_("It has ended. They are told only that."))
    return redirect(url_for(".of_member", member_id=whose.id), 303)


def _member(member_id: int) -> Member:
    """Find a member of this community; another community's is simply not there."""
    return find_member(session(), community=community(), member_id=member_id) or abort(404)
