"""Members' own pages of how they are reached, and the page on which they look up somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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

from timebank import audit
from timebank import clock
from timebank import limits
from timebank.contacts import queries
from timebank.contacts import service
from timebank.contacts import sharing
from timebank.contacts.forms import KIND_LABELS
from timebank.contacts.forms import FindForm
from timebank.contacts.forms import OwnForm
from timebank.contacts.forms import ShowForm
from timebank.contacts.forms import who_sees
from timebank.contacts.queries import Reader
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.limits import Limit
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.members.queries import members_by_id
from timebank.members.queries import names_to_suggest
from timebank.members.taking_part import takes_part
from timebank.web import actor
from timebank.web import community
from timebank.web import done
from timebank.web import form_page
from timebank.web import key_of
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import person
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("contacts", __name__)


#: A telephone round takes fewer; a coordinator's looks are on the audit trail, and are not counted.
LOOKS_A_DAY = 60


class TooManyLooks(Refusal):
    """A member who has looked up more neighbours in a day than anybody needs to."""

    sentence = N_(
        "You have looked up how others are reached many times today. You can again from %(when)s on. "
        "If it cannot wait, please call the coordinators."
    )
    status = 429


@dataclass(frozen=True, slots=True)
class Look:
    """An officer's look at how a member is reached."""

    happened_at: datetime
    #: None for an officer who is no member.
    who: Member | None


@bp.route("/membership/reach", methods=["GET", "POST"])
@needs("keep-own-contacts")
def own() -> ResponseReturnValue:
    """Say how one is reached, each detail with those who may see it."""
    me = oneself()
    rules = sharing.rules_of(session(), community_id=community().id)
    details = {one.kind: one for one in queries.details_of(session(), member=me)}
    form = OwnForm(details, suggested=sharing.suggested_for(rules))
    if form.validate_on_submit():
        with refusals(form):
            for kind, value, audience in form.told():
                service.set_detail(
                    session(),
                    community=community(),
                    member=me,
                    kind=kind,
                    value=value,
                    audience=audience,
                    actor=actor(),
                )
            flash(_("Saved. With each detail it says who sees it now."))
            return redirect(url_for(".own"), 303)
    bounds = queries.bounds_for(session(), member=me)
    return form_page(
        "contacts/own.html",
        form,
        rules=rules,
        bounds=bounds,
        seen={kind: who_sees(bounds.narrow(one.audience)) for kind, one in details.items()},
        consent=sharing.consent_of(session(), member=me, rules=rules) if rules else None,
    )


@bp.get("/membership/reach/looks")
@needs("keep-own-contacts")
def looks() -> ResponseReturnValue:
    """List which officers have looked up how one is reached, and when."""
    return render_template("contacts/looks.html", looks=looks_at(oneself()))


@bp.get("/reach")
@needs("reach-members")
def find() -> ResponseReturnValue:
    """Ask whom somebody wants to reach, and lead to that member's page."""
    form = FindForm(formdata=request.args)
    if "who" in request.args and form.validate() and form.who.member is not None:
        return redirect(url_for(".show", member_id=form.who.member.id), 303)
    names = names_to_suggest(session(), community=community())
    return render_template("contacts/find.html", form=form, suggestions=[name for _id, name in names])


@bp.route("/members/<int:member_id>/reach", methods=["GET", "POST"])
@needs("reach-members")
def show(member_id: int) -> ResponseReturnValue:
    """Show how a member is reached, as far as they let this reader know; only after a button was pressed."""
    whose = find_member(session(), community=community(), member_id=member_id)
    if whose is None or whose.state == LEFT:
        abort(404)
    form = ShowForm()
    details = None
    if form.validate_on_submit():
        with refusals(form):
            _count_look()
            details = queries.details_for(session(), member=whose, reader=Reader(oneself()))
            done()
    return form_page(
        "contacts/show.html",
        form,
        whose=whose,
        details=details,
        kinds=KIND_LABELS,
        paused=not takes_part(oneself()),
    )


def _count_look() -> None:
    """Count a look; nobody reads off the whole neighbourhood in a day."""
    limit = Limit(f"day:{key_of('looks', str(person().id))}", LOOKS_A_DAY, timedelta(days=1))
    until = limits.count(session(), [limit], now=clock.now())
    if until is not None:
        raise TooManyLooks(when=until)


def looks_at(whose: Member) -> Sequence[Look]:
    """List which officers have looked up how a member is reached, the newest first."""
    events = audit.read_about(
        session(), community_id=whose.community_id, acts=queries.LOOKED, about={"member_id": whose.id}
    )
    ids = {event.member_id for event in events if event.member_id}
    members = members_by_id(session(), community=community(), ids=ids)
    return [Look(event.happened_at, members.get(event.member_id or 0)) for event in events]
