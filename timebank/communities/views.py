"""The pages about communities: which there are, and a community's settings."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.communities import service
from timebank.communities.forms import MONTHS
from timebank.communities.forms import KindForm
from timebank.communities.forms import SettingsForm
from timebank.errors import N_
from timebank.rights import RIGHT_LABELS
from timebank.rights import RIGHTS
from timebank.rights import ROLE_LABELS
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import hooks
from timebank.web import needs
from timebank.web import open_to_all
from timebank.web import refusals
from timebank.web import session

#: Pages that belong to no community.
front = Blueprint("front", __name__)
bp = Blueprint("communities", __name__)

#: Offered while typing; any other zone of the database of time zones may be typed as well.
TIME_ZONES = ("Asia/Tokyo", "Europe/Berlin", "Europe/London", "America/New_York", "Australia/Sydney", "UTC")
#: What a line of a community's history says.
EVENTS = {
    "created": N_("Founded"),
    "name": N_("Name"),
    "legal_form": N_("Legal form"),
    "address": N_("Address"),
    "telephone": N_("Telephone of the coordinators"),
    "language": N_("Language"),
    "time_zone": N_("Time zone"),
    "year_begins_month": N_("First month of the year"),
    "currency": N_("Currency"),
    "started_on": N_("First day"),
    "rounding_minutes": N_("Hours are rounded to (minutes)"),
    "answer_days": N_("Days to answer a proposal"),
    "credit_limit_minutes": N_("Credit limit (minutes)"),
    "ceiling_minutes": N_("Highest balance (minutes)"),
    "kind-added": N_("Kind of help added"),
    "kind-retired": N_("Kind of help no longer offered"),
    "licence-kind-added": N_("Insurance or licence added to what is asked for"),
    "licence-kind-retired": N_("Insurance or licence no longer asked for"),
    "unbooked_days": N_("Words of hours that were declined or withdrawn (days)"),
    "reasons_days": N_("Why something was done about a member (days)"),
    "requests_days": N_("Requests that were answered (days)"),
    "backups_days": N_("Backups (days)"),
    "giving-opened": N_("The public page takes gifts"),
    "giving-closed": N_("The public page takes no gifts any more"),
    "fee-from-fund": N_("Stripe's fee is taken out of the fund that a gift is for"),
    "fee-from-community": N_("The community bears Stripe's fee"),
    "years-fiscal": N_("Fees are for the same year for everybody"),
    "years-rolling": N_("Fees are for a year from the day of paying"),
    "particulars": N_("Who takes the money"),
    "receipt-issuer": N_("Who issues receipts"),
    "receipt-stamp": N_("Another stamp on receipts"),
    "receipt-stamp-off": N_("Receipts without a stamp"),
    "tax-words": N_("Words for tax on receipts for gifts"),
    "tax-words-end": N_("Last day of words for tax"),
    "month-closed": N_("Books closed"),
    "month-reopened": N_("Month reopened"),
}


@front.get("/")
@open_to_all
def index() -> ResponseReturnValue:
    """Lead into the only community, or list all of them."""
    communities = service.list_communities(session())
    if len(communities) == 1:
        return redirect(url_for(hooks().home, community=communities[0].slug), 303)
    return render_template("communities/index.html", communities=communities)


@bp.get("/settings")
@needs("see-settings")
def settings() -> ResponseReturnValue:
    """Show the rules that the community has given itself, and what was changed about them."""
    return render_template(
        "communities/settings.html",
        kinds=service.list_kinds(session(), community=community()),
        history=service.history(session(), community=community()),
        labels=EVENTS,
        months=MONTHS,
    )


@bp.get("/rights")
@needs("see-home")
def who_may() -> ResponseReturnValue:
    """Tell everybody here who can see and do what."""
    may = {
        role: [RIGHT_LABELS[right] for right, roles in RIGHTS.items() if role in roles]
        for role in ROLE_LABELS
    }
    return render_template("communities/rights.html", may_do=may, labels=ROLE_LABELS)


@bp.route("/settings/facts", methods=["GET", "POST"])
@needs("change-settings")
def change() -> ResponseReturnValue:
    """Change what is written about the community."""
    form = SettingsForm(obj=service.facts_of(community()))
    if form.validate_on_submit():
        with refusals(form):
            service.change_settings(session(), community=community(), facts=form.facts(), actor=actor())
            flash(_("The settings are saved."))
            return redirect(url_for(".settings"), 303)
    return form_page("communities/change.html", form, time_zones=TIME_ZONES)


@bp.route("/settings/kinds", methods=["GET", "POST"])
@needs("change-settings")
def kinds() -> ResponseReturnValue:
    """Keep the list of kinds of help."""
    form = KindForm()
    if form.validate_on_submit():
        with refusals(form):
            service.add_kind(session(), community=community(), name=form.name.data or "", actor=actor())
            return redirect(url_for(".kinds"), 303)
    listed = service.list_kinds(session(), community=community(), retired=True)
    return form_page("communities/kinds.html", form, kinds=listed)


@bp.post("/settings/kinds/<int:kind_id>/retire")
@needs("change-settings")
def retire_kind(kind_id: int) -> ResponseReturnValue:
    """Offer a kind of help no longer."""
    kind = service.find_kind(session(), community=community(), kind_id=kind_id) or abort(404)
    service.retire_kind(session(), community=community(), kind=kind, actor=actor())
    return redirect(url_for(".kinds"), 303)
