"""The coordinators' pages: how a member is reached, writing it down as they told it, and who has looked."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.actor import Actor
from timebank.actor import How
from timebank.contacts import queries
from timebank.contacts import service
from timebank.contacts import sharing
from timebank.contacts.forms import AUDIENCE_LABELS
from timebank.contacts.forms import KIND_LABELS
from timebank.contacts.forms import ShowForm
from timebank.contacts.forms import WriteForm
from timebank.contacts.queries import Reader
from timebank.contacts.views import looks_at
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.members.queries import person_of
from timebank.web import community
from timebank.web import done
from timebank.web import form_page
from timebank.web import needs
from timebank.web import person
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("contact_desk", __name__)


@bp.get("/members/<int:member_id>/contact")
@needs("see-contacts")
def of_member(member_id: int) -> ResponseReturnValue:
    """Tell what is known of how a member is reached, and offer to show it."""
    return _page(_member(member_id), shown=False)


@bp.post("/members/<int:member_id>/contact")
@needs("see-contacts")
def look(member_id: int) -> ResponseReturnValue:
    """Show a coordinator how a member is reached; the audit trail tells of it, and the member can read it."""
    whose = _member(member_id)
    done()
    return _page(whose, shown=True)


@bp.route("/members/<int:member_id>/contact/write", methods=["GET", "POST"])
@needs("write-contacts")
def write(member_id: int) -> ResponseReturnValue:
    """Write down how a member is reached, as they told it, without showing what is there."""
    whose = _member(member_id)
    rules = sharing.rules_of(session(), community_id=community().id)
    form = WriteForm(data={"audience": sharing.suggested_for(rules)})
    if form.validate_on_submit():
        with refusals(form):
            service.write_for(
                session(),
                community=community(),
                member=whose,
                kind=form.kind.data,
                value=form.value.data or "",
                audience=form.audience.data,
                gone=bool(form.gone.data),
                actor=heard(form.heard.data),
            )
            flash(_("It is written down."))
            return redirect(url_for(".of_member", member_id=whose.id), 303)
    return form_page("contacts/write.html", form, whose=whose)


@bp.get("/members/<int:member_id>/contact/looks")
@needs("see-contacts")
def looks_of(member_id: int) -> ResponseReturnValue:
    """Print which officers have looked up how a member is reached, for a member who asks."""
    whose = _member(member_id)
    back = url_for(".of_member", member_id=whose.id)
    return render_template(
        "print/looks.html", whose=whose, looks=looks_at(whose), back=back, printed=clock.now()
    )


def heard(how: How) -> Actor:
    """Tell who answers for what a member told, and how they heard it."""
    return Actor(person_id=person().id, member_id=None, how=how)


def _page(whose: Member, *, shown: bool) -> ResponseReturnValue:
    details = queries.details_for(session(), member=whose, reader=Reader(coordinator=True))
    signs_in = person_of(session(), member=whose)
    rules = sharing.rules_of(session(), community_id=community().id)
    bounds = queries.bounds_for(session(), member=whose)
    return render_template(
        "contacts/of_member.html",
        form=ShowForm(),
        whose=whose,
        details=details,
        sign_in_address=signs_in.email if signs_in else None,
        shown=shown,
        seen={one.kind: AUDIENCE_LABELS[bounds.narrow(one.audience)] for one in details},
        kinds=KIND_LABELS,
        rules=rules,
        bounds=bounds,
        consent=sharing.consent_of(session(), member=whose, rules=rules) if rules else None,
    )


def _member(member_id: int) -> Member:
    """Find a member of this community; another community's is simply not there."""
    return find_member(session(), community=community(), member_id=member_id) or abort(404)
