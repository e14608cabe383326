"""The steward's page about prepaid balances: whether they are offered, and how much at once."""

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.payments.here import gateway_here
from timebank.prepaid import rules
from timebank.prepaid.forms import PrepaidRuleForm
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("prepaid_rules", __name__)


@bp.route("/settings/prepaid", methods=["GET", "POST"])
@needs("keep-rates")
def index() -> ResponseReturnValue:
    """Say whether members can pay a sum ahead, how much at once, and whether any of it goes back."""
    here = community()
    known = rules.rule_of(session(), community=here)
    form = PrepaidRuleForm(
        offered=known.offered,
        least=known.least_minor,
        most=known.most_minor,
        refunds=known.refunds,
        konbini=known.konbini,
    )
    if form.validate_on_submit():
        with refusals(form):
            rules.change_rule(session(), community=here, rule=form.rule())
            flash(_("The settings are saved."))
            return redirect(url_for(".index"), 303)
    return form_page(
        "prepaid/settings.html",
        form,
        may_offer=rules.may_be_offered(session(), community=here),
        by_card=gateway_here() is not None,
    )
