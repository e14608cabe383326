"""The pages of funds: for everybody what was given and spent, for stewards the list itself."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.funds import queries
from timebank.funds import service
from timebank.funds import spending
from timebank.funds.forms import NATURE_LABELS
from timebank.funds.forms import EndFundForm
from timebank.funds.forms import FundForm
from timebank.funds.forms import NewFundForm
from timebank.funds.forms import SpendForm
from timebank.funds.forms import TakeBackSpendingForm
from timebank.funds.models import Fund
from timebank.funds.spending import Spent
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import open_to_all
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("funds", __name__)


@bp.get("/funds")
@open_to_all
def index() -> ResponseReturnValue:
    """Show of every fund what was given, what was spent, and what is left."""
    shown = queries.show_funds(session(), community=community())
    return render_template("funds/index.html", shown=shown, natures=NATURE_LABELS)


@bp.route("/funds/new", methods=["GET", "POST"])
@needs("keep-funds")
def open_one() -> ResponseReturnValue:
    """Open a fund."""
    form = NewFundForm()
    if form.validate_on_submit():
        with refusals(form):
            fund = service.open_fund(
                session(),
                community=community(),
                slug=form.slug.data or "",
                name=form.name.data or "",
                purpose=form.purpose.data or "",
                actor=actor(),
            )
            flash(_("The fund “%(name)s” is open.", name=fund.name))
            return redirect(url_for(".index"), 303)
    return form_page("funds/open.html", form)


@bp.route("/funds/<int:fund_id>/change", methods=["GET", "POST"])
@needs("keep-funds")
def change(fund_id: int) -> ResponseReturnValue:
    """Write a fund's name and words anew."""
    fund = _fund(fund_id)
    form = FundForm(obj=fund)
    if form.validate_on_submit():
        with refusals(form):
            service.change_fund(
                session(),
                fund=fund,
                name=form.name.data or "",
                purpose=form.purpose.data or "",
                actor=actor(),
            )
            flash(_("The fund is saved."))
            return redirect(url_for(".index"), 303)
    return form_page("funds/change.html", form, fund=fund)


@bp.route("/funds/<int:fund_id>/end", methods=["GET", "POST"])
@needs("keep-funds")
def end(fund_id: int) -> ResponseReturnValue:
    """Let a fund take no gifts any more; its money stays in it."""
    fund, form = _fund(fund_id), EndFundForm()
    if form.validate_on_submit():
        with refusals(form):
            service.end_fund(
                session(), community=community(), fund=fund, reason=form.reason.data or "", actor=actor()
            )
            flash(_("The fund “%(name)s” takes no gifts any more. Its money stays in it.", name=fund.name))
            return redirect(url_for(".index"), 303)
    return form_page("funds/end.html", form, fund=fund)


@bp.post("/funds/<int:fund_id>/take-up")
@needs("keep-funds")
def take_up(fund_id: int) -> ResponseReturnValue:
    """Let a fund take gifts again."""
    fund = _fund(fund_id)
    service.take_up_fund(session(), fund=fund, actor=actor())
    flash(_("The fund “%(name)s” is open.", name=fund.name))
    return redirect(url_for(".index"), 303)


@bp.route("/funds/<int:fund_id>/spend", methods=["GET", "POST"])
@needs("spend-from-funds")
def spend(fund_id: int) -> ResponseReturnValue:
    """Write down what was spent of a fund."""
    fund, form = _fund(fund_id), SpendForm(spent_on=clock.today(community().time_zone))
    if form.validate_on_submit():
        with refusals(form):
            spent = Spent(
                amount_minor=form.amount.data or 0,
                nature=form.nature.data,
                spent_on=form.spent_on.data,
                words=form.words.data or "",
                key=form.key.data or "",
            )
            try:
                spending.spend(session(), community=community(), fund=fund, spent=spent, actor=actor())
            except spending.SpentAlready:
                form.renew_key()
                raise
            flash(_("It is written down, and left the fund."))
            return redirect(url_for(".index", _anchor=fund.slug), 303)
    return form_page("funds/spend.html", form, fund=fund)


@bp.route("/funds/<int:fund_id>/spending/<int:spending_id>/take-back", methods=["GET", "POST"])
@needs("spend-from-funds")
def take_back(fund_id: int, spending_id: int) -> ResponseReturnValue:
    """Take back what was written down by mistake."""
    fund = _fund(fund_id)
    found = spending.find_spending(session(), fund=fund, spending_id=spending_id) or abort(404)
    form = TakeBackSpendingForm()
    if form.validate_on_submit():
        with refusals(form):
            spending.take_back(
                session(),
                community=community(),
                spending=found,
                reason=form.reason.data or "",
                actor=actor(),
            )
            flash(_("It is taken back."))
            return redirect(url_for(".index", _anchor=fund.slug), 303)
    elif found.reversal_id is not None:
        return redirect(url_for(".index", _anchor=fund.slug), 303)
    return form_page("funds/take_back.html", form, fund=fund, spending=found)


def _fund(fund_id: int) -> Fund:
    """Find a fund of this community; another community's is simply not there."""
    return queries.find_fund(session(), community=community(), fund_id=fund_id) or abort(404)
