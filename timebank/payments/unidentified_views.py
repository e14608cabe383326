"""The treasurer's list of what is not identified; what it is, the features say on pages of their own."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.payments.identifying import list_unidentified
from timebank.payments.identifying import was_identified
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


def gone(movement_id: int) -> ResponseReturnValue:
    """Lead back from what is not unidentified any more; what never was is not there."""
    if not was_identified(session(), community=community(), movement_id=movement_id):
        abort(404)
    flash(_("Somebody has said in the meantime what this was."), "warn")
    return redirect(url_for("unidentified.index"), 303)
