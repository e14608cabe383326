"""The pages of accounts at banks: members say where thanks are sent, treasurers from where they come."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank.banks import accounts
from timebank.banks.codes import shown_names
from timebank.banks.files import YEN
from timebank.banks.forms import KIND_LABELS
from timebank.banks.forms import AccountForm
from timebank.banks.forms import PayingAccountForm
from timebank.banks.models import BankAccount
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.support.views import check_on
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("banks", __name__)


@bp.route("/support/mine/bank", methods=["GET", "POST"])
@needs("keep-own-support")
def own() -> ResponseReturnValue:
    """Say where one has thanks sent."""
    return _say(oneself(), back=url_for("visits.mine"), away=url_for(".own_away"))


@bp.post("/support/mine/bank/away")
@needs("keep-own-support")
def own_away() -> ResponseReturnValue:
    """Have thanks sent nowhere any more."""
    return _forget(oneself(), back=url_for("visits.mine"))


@bp.route("/support/owed/<int:member_id>/bank", methods=["GET", "POST"])
@needs("settle-support")
def of_member(member_id: int) -> ResponseReturnValue:
    """Write down where a member has thanks sent, as they said."""
    whose = _member(member_id)
    back = url_for("visits.of_member", member_id=whose.id)
    return _say(whose, back=back, away=url_for(".away", member_id=whose.id))


@bp.post("/support/owed/<int:member_id>/bank/away")
@needs("settle-support")
def away(member_id: int) -> ResponseReturnValue:
    """Have a member's thanks sent nowhere any more, as they said."""
    whose = _member(member_id)
    return _forget(whose, back=url_for("visits.of_member", member_id=whose.id))


@bp.route("/support/transfers/account", methods=["GET", "POST"])
@needs("settle-support")
def paying() -> ResponseReturnValue:
    """Write down from which account the community pays."""
    check_files()
    known = accounts.paying_account(session(), community=community())
    form = PayingAccountForm(obj=known)
    if form.validate_on_submit():
        with refusals(form):
            accounts.say_paying_account(
                session(),
                community=community(),
                consignor_code=form.consignor_code.data or "",
                said=form.said(),
                actor=actor(),
            )
            flash(_("It is saved."))
            return redirect(url_for("transfers.index"), 303)
    names = shown_names(known.bank_code, known.branch_code) if known else None
    return form_page("banks/paying.html", form, known=known, names=names, kinds=KIND_LABELS)


def check_files() -> None:
    """Find the pages of files for the bank: they are for communities of Japan in which help is paid for."""
    check_on()
    if community().currency != YEN:
        abort(404)


# --- the leaves ---------------------------------------------------------------------------------------------


def _say(whose: Member, *, back: str, away: str) -> ResponseReturnValue:
    check_files()
    known = accounts.account_of(session(), member=whose)
    form = AccountForm(obj=known, **({} if known else {"holder": whose.reading}))
    if form.validate_on_submit():
        with refusals(form):
            said = accounts.say_account(session(), member=whose, said=form.said(), actor=actor())
            flash(_("It is saved: %(account)s.", account=_told(said)))
            return redirect(back, 303)
    return form_page(
        "banks/account.html", form, whose=whose, known=known, told=_told(known), back=back, away=away
    )


def _told(account: BankAccount | None) -> str:
    """Tell an account as people read it, so that a wrong branch is seen."""
    if account is None:
        return ""
    bank, branch = shown_names(account.bank_code, account.branch_code)
    return f"{bank} {branch} {KIND_LABELS[account.kind]} {account.number} {account.holder}"


def _forget(whose: Member, *, back: str) -> ResponseReturnValue:
    check_files()
    accounts.forget_account(session(), member=whose)
    flash(_("It is forgotten. What was sent there stays in the files of the past."))
    return redirect(back, 303)


def _member(member_id: int) -> Member:
    return find_member(session(), community=community(), member_id=member_id) or abort(404)
