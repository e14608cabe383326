"""The pages of files for the bank: made, handed in, paid, thrown away, and what comes back."""

from flask import Blueprint
from flask import Response
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.banks import accounts
from timebank.banks import files
from timebank.banks import queries
from timebank.banks.codes import shown_names
from timebank.banks.forms import KIND_LABELS
from timebank.banks.forms import BankHasPaidForm
from timebank.banks.forms import CameBackForm
from timebank.banks.forms import NewFileForm
from timebank.banks.forms import ThrowAwayForm
from timebank.banks.models import DROPPED
from timebank.banks.models import MADE
from timebank.banks.models import PAID
from timebank.banks.models import TransferFile
from timebank.banks.views import check_files
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.support.forms import amounts_shown
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("transfers", __name__)


@bp.get("/support/transfers/")
@needs("see-support")
def index() -> ResponseReturnValue:
    """List the files that were made for the bank."""
    check_files()
    return render_template(
        "banks/files.html",
        found=queries.list_files(session(), community=community()),
        paying=accounts.paying_account(session(), community=community()),
    )


@bp.route("/support/transfers/new", methods=["GET", "POST"])
@needs("settle-support")
def new() -> ResponseReturnValue:
    """Choose whom a file shall pay, and make it."""
    check_files()
    here = community()
    if accounts.paying_account(session(), community=here) is None:
        return redirect(url_for("banks.paying"), 303)
    dues = queries.list_due(session(), community=here)
    today = clock.today(here.time_zone)
    amounts = _shown() or [(one.member, one.amount_minor) for one in dues if one.account is not None]
    form = NewFileForm(dues, amounts, here.currency, pays_on=queries.next_bank_day(today))
    if form.validate_on_submit():
        with refusals(form):
            chosen = [one for one in amounts if one[0].id in (form.who.data or ())]
            files.check_accounts(session(), members=[one[0] for one in chosen], seen=form.accounts.data or "")
            order = files.Order(
                amounts=chosen, pays_on=form.pays_on.data, looked=form.looked.data, key=form.key.data or ""
            )
            try:
                made = files.make_file(session(), community=here, order=order, actor=actor())
            except files.FileMadeBefore:
                form.renew_key()
                raise
            flash(_("The file is made. What stands in it is under way until you say that the bank has paid."))
            return redirect(url_for(".show", file_id=made.id), 303)
    return form_page("banks/new_file.html", form, dues=dues, names=shown_names, kinds=KIND_LABELS)


@bp.get("/support/transfers/<int:file_id>")
@needs("see-support")
def show(file_id: int) -> ResponseReturnValue:
    """Show what stands in a file, and what became of it."""
    found = _file(file_id)
    return render_template(
        "banks/file.html",
        file=found,
        lines=queries.lines_of(session(), file=found),
        names=shown_names,
        kinds=KIND_LABELS,
    )


@bp.get("/support/transfers/<int:file_id>/file")
@needs("settle-support")
def content(file_id: int) -> ResponseReturnValue:
    """Give the file as the bank gets it."""
    found = _file(file_id)
    if found.state == DROPPED:
        # Everything in it is owed again, and may stand in another file by now.
        raise files.NotUnderWay
    name = f"soufuri-{found.pays_on:%Y%m%d}-{found.id}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(found.content, mimetype="application/octet-stream", headers=headers)


@bp.route("/support/transfers/<int:file_id>/paid", methods=["GET", "POST"])
@needs("settle-support")
def has_paid(file_id: int) -> ResponseReturnValue:
    """Write down that the bank has paid a file."""
    found = _file(file_id)
    form = BankHasPaidForm(min(found.pays_on, clock.today(community().time_zone)))
    if form.validate_on_submit():
        with refusals(form):
            files.bank_has_paid(
                session(), community=community(), file=found, paid_on=form.paid_on.data, actor=actor()
            )
            flash(_("It is written down, and stands in the books."))
            return redirect(url_for(".show", file_id=file_id), 303)
    elif found.state != MADE:
        return redirect(url_for(".show", file_id=file_id), 303)
    return form_page("banks/has_paid.html", form, file=found)


@bp.route("/support/transfers/<int:file_id>/throw-away", methods=["GET", "POST"])
@needs("settle-support")
def throw_away(file_id: int) -> ResponseReturnValue:
    """Throw a file away that the bank never got."""
    found, form = _file(file_id), ThrowAwayForm()
    if form.validate_on_submit():
        with refusals(form):
            files.throw_away(
                session(),
                community=community(),
                file=found,
                reason=form.reason.data or "",
                actor=actor(),
            )
            flash(_("The file is thrown away, and everything in it is owed again."))
            return redirect(url_for(".show", file_id=file_id), 303)
    elif found.state != MADE:
        return redirect(url_for(".show", file_id=file_id), 303)
    return form_page("banks/throw_away.html", form, file=found)


@bp.route("/support/transfers/<int:file_id>/lines/<int:line_number>/back", methods=["GET", "POST"])
@needs("settle-support")
def came_back(file_id: int, line_number: int) -> ResponseReturnValue:
    """Write down that the bank has given a line of a file back."""
    found = _file(file_id)
    lines = {one.line.line: one for one in queries.lines_of(session(), file=found)}
    one = lines.get(line_number) or abort(404)
    form = CameBackForm(paid_on=clock.today(community().time_zone))
    if form.validate_on_submit():
        with refusals(form):
            files.give_back(
                session(),
                community=community(),
                file=found,
                line=one.line,
                reason=form.reason.data or "",
                day=form.paid_on.data,
                actor=actor(),
            )
            flash(
                _(
                    "It is in the account again, and is owed again. Please look at the account of %(name)s.",
                    name=one.member.name,
                )
            )
            return redirect(url_for(".show", file_id=file_id), 303)
    elif found.state != PAID or one.came_back:
        return redirect(url_for(".show", file_id=file_id), 303)
    return form_page("banks/came_back.html", form, file=found, one=one)


# --- the leaves ---------------------------------------------------------------------------------------------


def _file(file_id: int) -> TransferFile:
    check_files()
    return queries.find_file(session(), community=community(), file_id=file_id) or abort(404)


def _shown() -> list[tuple[Member, int]]:
    """List what the form has shown: a file pays what was looked at, and not what is owed a moment later."""
    shown = amounts_shown(request.form.get("shown", ""))
    found = [
        (find_member(session(), community=community(), member_id=number), amount)
        for number, amount in shown.items()
    ]
    return [(member, amount) for member, amount in found if member is not None]
