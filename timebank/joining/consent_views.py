"""A member's own page about what they have consented to."""

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.joining import consents
from timebank.joining import wordings
from timebank.joining.models import HEALTH
from timebank.joining.models import USE
from timebank.members.guardians import guardian_of
from timebank.web import actor
from timebank.web import community
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import session

bp = Blueprint("consents", __name__)


@bp.get("/membership/consents")
@needs("keep-own-consents")
def own() -> ResponseReturnValue:
    """Show to what a member has consented, when and in which words."""
    return render_template(
        "joining/consents.html",
        use=consents.consent_of(session(), member=oneself(), about=USE),
        health=consents.consent_of(session(), member=oneself(), about=HEALTH),
        health_words=wordings.health_wording(),
        guardian=guardian_of(session(), member=oneself()),
    )


@bp.post("/membership/consents/health")
@needs("keep-own-consents")
def give() -> ResponseReturnValue:
    """Consent to notes about one's health; for who is under 18 the guardian signs it."""
    if guardian_of(session(), member=oneself()) is None:
        said = consents.Said(
            about=HEALTH, wording=wordings.health_wording(), given_on=clock.today(community().time_zone)
        )
        consents.give_consent(session(), member=oneself(), said=said, actor=actor())
        flash(_("Your consent is written down."))
    return redirect(url_for(".own"), 303)


@bp.post("/membership/consents/health/withdraw")
@needs("keep-own-consents")
def withdraw() -> ResponseReturnValue:
    """Take the consent to notes about one's health back."""
    consents.withdraw_health(session(), community=community(), member=oneself(), actor=actor())
    flash(_("The consent is withdrawn."))
    return redirect(url_for(".own"), 303)
