"""The pages of expenses: telling of one, its receipt, and what a coordinator decides about it."""

from flask import Blueprint
from flask import Response
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.documents.vouchers import shown_of
from timebank.exchanges import queries as exchanges
from timebank.exchanges.models import CONFIRMED
from timebank.exchanges.queries import Shown
from timebank.members.same_as import record_ids
from timebank.support import expense_queries
from timebank.support import expenses
from timebank.support.expense_forms import BEARER_LABELS
from timebank.support.expense_forms import KIND_LABELS
from timebank.support.expense_forms import MOST_SENT
from timebank.support.expense_forms import AcceptForm
from timebank.support.expense_forms import ExpenseForm
from timebank.support.expense_forms import NotPaidBackForm
from timebank.support.expense_queries import ToldExpense
from timebank.support.forms import TakeBackPaidForm
from timebank.support.models import TOLD
from timebank.support.views import asked_month
from timebank.support.views import check_on
from timebank.support.views import months_around
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import may
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session
from timebank.web import takes_files

bp = Blueprint("expenses", __name__)


@bp.get("/support/expenses/")
@needs("see-support")
def index() -> ResponseReturnValue:
    """List the expenses about which somebody has to decide, and those of a month."""
    check_on()
    first, last = asked_month()
    return render_template(
        "support/expenses.html",
        waiting=expense_queries.list_waiting(session(), community=community()),
        shown=[
            one
            for one in expense_queries.list_expenses(session(), community=community(), first=first, last=last)
            if one.expense.state != TOLD
        ],
        **months_around(first, last),
    )


@bp.get("/support/visits/<int:exchange_id>/expenses")
@needs("see-home")
def of_exchange(exchange_id: int) -> ResponseReturnValue:
    """List the expenses of an exchange, for both sides and for officers."""
    shown = _exchange(exchange_id)
    me = oneself()
    mine = me is not None and me.id == shown.giver.id
    return render_template(
        "support/expenses_of.html",
        one=shown,
        found=expense_queries.expenses_of(session(), community=community(), exchange=shown.exchange),
        open=shown.exchange.state == CONFIRMED,
        mine=mine and may("keep-own-support"),
    )


@bp.route("/support/visits/<int:exchange_id>/expenses/tell", methods=["GET", "POST"])
@takes_files(MOST_SENT)
@needs("keep-own-support")
def tell(exchange_id: int) -> ResponseReturnValue:
    """Tell what one has laid out for help that one gave; a coordinator decides."""
    shown = _exchange(exchange_id)
    if oneself().id != shown.giver.id:
        abort(404)
    return _told(shown, books=False)


@bp.route("/support/visits/<int:exchange_id>/expenses/write-down", methods=["GET", "POST"])
@takes_files(MOST_SENT)
@needs("log-for-others")
def write_down(exchange_id: int) -> ResponseReturnValue:
    """Write down what whoever gave has laid out, and book it at once."""
    return _told(_exchange(exchange_id), books=True)


@bp.get("/support/expenses/<int:expense_id>")
@needs("see-home")
def show(expense_id: int) -> ResponseReturnValue:
    """Show an expense to both sides and to officers."""
    one = _seen(expense_id)
    return render_template(
        "support/expense.html",
        one=one,
        bearers=BEARER_LABELS,
        kinds=KIND_LABELS,
        others=expense_queries.others_with(session(), expense=one.expense) if may("see-support") else (),
    )


@bp.get("/support/expenses/<int:expense_id>/receipt")
@needs("see-home")
def receipt(expense_id: int) -> ResponseReturnValue:
    """Give the photograph of the receipt, without what the camera wrote beside it; or the PDF."""
    voucher_id = _seen(expense_id).expense.voucher_id or abort(404)
    kind, content = shown_of(session(), community=community(), voucher_id=voucher_id)
    # Somebody else has made a PDF, and it is not shown inside our pages.
    how = "inline" if kind.startswith("image/") else "attachment"
    ending = kind.rsplit("/", maxsplit=1)[1]
    headers = {"Content-Disposition": f'{how}; filename="receipt-{expense_id}.{ending}"'}
    return Response(content, mimetype=kind, headers=headers)


# --- what is decided --------------------------------------------------------------------------------------


@bp.route("/support/expenses/<int:expense_id>/accept", methods=["GET", "POST"])
@needs("log-for-others")
def accept(expense_id: int) -> ResponseReturnValue:
    """Book that an expense is owed to whoever gave."""
    one = _found(expense_id)
    form = AcceptForm(borne_by=one.expense.borne_by)
    if form.validate_on_submit():
        with refusals(form):
            expenses.book(
                session(),
                community=community(),
                expense=one.expense,
                borne_by=form.borne_by.data,
                actor=actor(),
            )
            flash(_("It is booked, and is paid back with the thanks."))
            return redirect(url_for(".show", expense_id=expense_id), 303)
    return form_page("support/accept_expense.html", form, one=one)


@bp.route("/support/expenses/<int:expense_id>/decline", methods=["GET", "POST"])
@needs("log-for-others")
def decline(expense_id: int) -> ResponseReturnValue:
    """Say that an expense is not paid back, and why."""
    one, form = _found(expense_id), NotPaidBackForm()
    if form.validate_on_submit():
        with refusals(form):
            expenses.decline(session(), expense=one.expense, reason=form.reason.data or "")
            flash(_("It is not paid back, and whoever told of it reads why."))
            return redirect(url_for(".show", expense_id=expense_id), 303)
    return form_page("support/decline_expense.html", form, one=one)


@bp.route("/support/expenses/<int:expense_id>/take-back", methods=["GET", "POST"])
@needs("log-for-others")
def take_back(expense_id: int) -> ResponseReturnValue:
    """Take back an expense that was booked by mistake."""
    one, form = _found(expense_id), TakeBackPaidForm()
    if form.validate_on_submit():
        with refusals(form):
            expenses.take_back(
                session(),
                community=community(),
                expense=one.expense,
                reason=form.reason.data or "",
                actor=actor(),
            )
            flash(_("It is taken back."))
            return redirect(url_for(".show", expense_id=expense_id), 303)
    elif not one.stands:
        return redirect(url_for(".show", expense_id=expense_id), 303)
    return form_page("support/take_back_expense.html", form, one=one)


# --- the leaves -------------------------------------------------------------------------------------------


def _told(shown: Shown, *, books: bool) -> ResponseReturnValue:
    """Show the form of an expense, and write down what it says; where a coordinator says it, book it."""
    form = ExpenseForm(spent_on=shown.exchange.worked_on)
    if form.validate_on_submit():
        with refusals(form):
            written = expenses.write_down if books else expenses.tell
            try:
                told = written(
                    session(),
                    community=community(),
                    exchange=shown.exchange,
                    facts=form.facts(),
                    actor=actor(),
                )
            except expenses.ExpenseToldBefore:
                form.renew_key()
                raise
            flash(
                _("It is booked, and is paid back with the thanks.")
                if books
                else _("It is written down. A coordinator looks at it.")
            )
            return redirect(url_for(".show", expense_id=told.id), 303)
    return form_page("support/tell_expense.html", form, one=shown, books=books)


def _exchange(exchange_id: int) -> Shown:
    """Find an exchange whose expenses whoever asks may see."""
    check_on()
    shown = exchanges.find_exchange(session(), community=community(), exchange_id=exchange_id) or abort(404)
    return shown if may_see(shown.giver.id, shown.receiver.id) else abort(404)


def _found(expense_id: int) -> ToldExpense:
    check_on()
    return expense_queries.find_expense(session(), community=community(), expense_id=expense_id) or abort(404)


def _seen(expense_id: int) -> ToldExpense:
    one = _found(expense_id)
    return one if may_see(one.giver.id, one.receiver.id) else abort(404)


def may_see(*parties: int) -> bool:
    """Say whether whoever asks is one of the two, or an officer; who only logs for a member is neither."""
    me = oneself()
    if may("see-support"):
        return True
    mine = record_ids(session(), member=me) if me is not None else set[int]()
    return not mine.isdisjoint(parties) and may("see-own-support")
