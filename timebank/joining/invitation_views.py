"""The coordinators' pages of invitations: a list, a new one to print or to send, and the end of one."""

from datetime import timedelta

from flask import Blueprint
from flask import abort
from flask import current_app
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.joining import invitations
from timebank.joining.forms import InvitationForm
from timebank.joining.models import Invitation
from timebank.paper import qr_code
from timebank.web import actor
from timebank.web import community
from timebank.web import done
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("invitations", __name__)

_USUALLY = timedelta(days=30)


@bp.get("/invitations/")
@needs("invite")
def index() -> ResponseReturnValue:
    """List the invitations, how often each was used, and which are still good."""
    return render_template(
        "joining/invitations.html",
        invitations=invitations.invitations_of(session(), community=community()),
        today=clock.today(community().time_zone),
    )


@bp.route("/invitations/new", methods=["GET", "POST"])
@needs("invite")
def new() -> ResponseReturnValue:
    """Make an invitation: sent by mail, or shown once to be printed or copied.

    The paper is the answer itself and not another page: the code is kept nowhere.
    """
    form = InvitationForm(uses=1, good_until=clock.today(community().time_zone) + _USUALLY)
    if form.validate_on_submit():
        with refusals(form):
            made, code = invitations.make_invitation(
                session(),
                community=community(),
                new=invitations.NewInvitation(
                    key=form.key.data or "",
                    note=form.note.data or "",
                    uses=form.uses.data or 0,
                    good_until=form.good_until.data,
                    email=(form.email.data or "").strip(),
                ),
                actor=actor(),
            )
            if made.email:
                flash(_("The invitation is on its way to %(address)s.", address=made.email))
                return redirect(url_for(".index"), 303)
            done()
            return _paper(made, code)
    return form_page("joining/invite.html", form)


@bp.post("/invitations/<int:invitation_id>/end")
@needs("invite")
def end(invitation_id: int) -> ResponseReturnValue:
    """Let an invitation be good no more."""
    found = session().get(Invitation, invitation_id)
    if found is None or found.community_id != community().id:
        abort(404)
    invitations.end_invitation(session(), invitation=found)
    flash(_("The invitation is no longer good."))
    return redirect(url_for(".index"), 303)


def _paper(made: Invitation, code: str) -> ResponseReturnValue:
    base = current_app.config["TIMEBANK_BASE_URL"]
    address = base + url_for("joining.invited", code=code)
    return render_template(
        "print/invitation.html",
        invitation=made,
        code=invitations.spelled(code),
        address=address,
        typed_at=base + url_for("joining.by_code"),
        qr=qr_code(address),
        back=url_for(".index"),
    )
