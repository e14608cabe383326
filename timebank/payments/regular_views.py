"""The pages about what repeats: one behind a link, without a password, and the treasurer's list."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.errors import Refusal
from timebank.i18n import say
from timebank.payments import regular
from timebank.payments.forms import AmountForm
from timebank.payments.limits import pay_limits
from timebank.payments.particulars import particulars_of
from timebank.payments.regular import Regular
from timebank.payments.words import EVERY_LABELS
from timebank.payments.words import STATUS_LABELS
from timebank.web import community
from timebank.web import form_page
from timebank.web import hooks
from timebank.web import limited
from timebank.web import needs
from timebank.web import open_to_all
from timebank.web import reads_first
from timebank.web import refuse_too_many
from timebank.web import session
from timebank.web import show_refusal

bp = Blueprint("regular", __name__)

#: More than anybody looks through.
MOST_LISTED = 200
_WORDS = {"every": EVERY_LABELS, "statuses": STATUS_LABELS}


@bp.route("/regular/<regular_token>", methods=["GET", "POST"])
@reads_first
@open_to_all
@limited(pay_limits)
def show(regular_token: str) -> ResponseReturnValue:
    """Show what repeats to whoever has the link, and change what is taken."""
    one = _by_token(regular_token)
    form = AmountForm(amount=one.subscription.amount_minor)
    if form.validate_on_submit():
        refuse_too_many()
        try:
            regular.check_amount(one, amount=form.amount.data)
            if form.seen.data != str(form.amount.data):
                # Once it is changed nobody looks at it for a month, or for a year.
                form.seen.data = str(form.amount.data)
                return _page(one, form, becomes=form.amount.data)
            regular.change_amount(one, amount=form.amount.data)
        except Refusal as refused:
            show_refusal(form, refused)
            one = _by_token(regular_token)
        else:
            flash(_("From the next time on the new amount is taken."))
            return redirect(url_for(".show", regular_token=regular_token), 303)
    return _page(one, form)


@bp.post("/regular/<regular_token>/stop")
@reads_first
@open_to_all
@limited(pay_limits)
def stop(regular_token: str) -> ResponseReturnValue:
    """Stop what repeats."""
    refuse_too_many()
    try:
        regular.stop(_by_token(regular_token))
    except Refusal as refused:
        one = _by_token(regular_token)
        form = AmountForm(formdata=None, amount=one.subscription.amount_minor)
        return _page(one, form, refused)
    flash(_("It has stopped. Nothing is taken any more."))
    return redirect(url_for(".show", regular_token=regular_token), 303)


@bp.get("/money/regular")
@needs("see-money")
def index() -> ResponseReturnValue:
    """List everything that repeats."""
    return _list()


@bp.post("/money/regular/<int:regular_id>/stop")
@reads_first
@needs("give-back-payments")
def end(regular_id: int) -> ResponseReturnValue:
    """Stop what repeats for somebody who asks for it."""
    here, purposes = community(), hooks().purposes
    one = regular.find_by_id(session(), community=here, regular_id=regular_id, purposes=purposes)
    try:
        regular.stop(one or abort(404))
    except Refusal as refused:
        return _list(say(refused)), refused.status
    flash(_("It has stopped. Nothing is taken any more."))
    return redirect(url_for(".index"), 303)


# --- the leaves ---------------------------------------------------------------------------------------------


def _page(
    one: Regular, form: AmountForm, refused: Refusal | None = None, becomes: int | None = None
) -> ResponseReturnValue:
    facts = {
        "one": one,
        "becomes": becomes,
        "changeable": regular.bounds_of(session(), one, purposes=hooks().purposes) is not None,
        "particulars": particulars_of(session(), community=community()),
        **_WORDS,
    }
    if refused is None:
        page, status = form_page("payments/regular.html", form, **facts)
        return page, 422 if becomes is not None else status
    return render_template("payments/regular.html", form=form, problem=say(refused), **facts), refused.status


def _list(problem: str = "") -> str:
    here, purposes = community(), hooks().purposes
    found = regular.list_regular(session(), community=here, purposes=purposes, limit=MOST_LISTED + 1)
    shown = [
        (one, regular.who_paid(session(), one.payment, purposes=purposes)) for one in found[:MOST_LISTED]
    ]
    cut = len(found) > MOST_LISTED
    return render_template("payments/regular_list.html", shown=shown, cut=cut, problem=problem, **_WORDS)


def _by_token(token: str) -> Regular:
    """Find what repeats by its link; another community's is simply not there."""
    found = regular.find_by_token(session(), community=community(), token=token, purposes=hooks().purposes)
    return found or abort(404)
