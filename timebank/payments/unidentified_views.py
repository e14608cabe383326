"""The treasurer's list of what is not identified; what it is, the features say on pages of their own."""

from flask import Blueprint
from flask import render_template
from flask.typing import ResponseReturnValue

from timebank.payments.identifying import list_unidentified
from timebank.payments.words import ODDITIES
from timebank.web import community
from timebank.web import needs
from timebank.web import session

bp = Blueprint("unidentified", __name__)


@bp.get("/money/unidentified")
@needs("see-money")
def index() -> ResponseReturnValue:
    """List what nobody knows the purpose of."""
    found = list_unidentified(session(), community=community())
    return render_template("payments/unidentified.html", found=found, oddities=ODDITIES)
