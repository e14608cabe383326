"""The pages of the journal: what was written by hand, writing an entry, and accounts of one's own."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.journal import queries
from timebank.journal import writing
from timebank.journal.chart import READY
from timebank.journal.chart import list_own
from timebank.journal.chart import open_account
from timebank.journal.chart import own_names
from timebank.journal.forms import LINES
from timebank.journal.forms import SHOWN
from timebank.journal.forms import SORT_LABELS
from timebank.journal.forms import AccountForm
from timebank.journal.forms import EntryForm
from timebank.journal.forms import TakeBackEntryForm
from timebank.journal.forms import TemplateForm
from timebank.journal.forms import named
from timebank.journal.ready import TEMPLATES
from timebank.web import KeyedForm
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("journal", __name__)

ENTRIES_ON_A_PAGE = 50
_OF_A_LINE = ("account", "debit", "credit")


@bp.get("/journal/")
@needs("see-money")
def index() -> ResponseReturnValue:
    """List what was written by hand, the newest day first."""
    before = request.args.get("before", type=int)
    page = queries.list_written(session(), community=community(), before=before, limit=ENTRIES_ON_A_PAGE)
    return render_template(
        "journal/index.html",
        shown=page.shown,
        names=_names(),
        templates=TEMPLATES,
        older=url_for(".index", before=page.older) if page.older else None,
        newer=url_for(".index") if before else None,
    )


@bp.get("/journal/<int:journal_id>")
@needs("see-money")
def show(journal_id: int) -> ResponseReturnValue:
    """Show an entry with its lines."""
    return render_template("journal/show.html", one=_found(journal_id), names=_names())


@bp.route("/journal/new", methods=["GET", "POST"])
@needs("keep-journal")
def write() -> ResponseReturnValue:
    """Write an entry, line by line."""
    form = EntryForm(_names(), posted_on=clock.today(community().time_zone))
    if form.validate_on_submit():
        with refusals(form):
            return _written(form, form.writing())
    filled = [n for n in range(1, LINES + 1) if any(form[f"{what}_{n}"].data for what in _OF_A_LINE)]
    return form_page(
        "journal/write.html", form, count=LINES, shown=max([SHOWN, *filled]) if form.errors else SHOWN
    )


@bp.route("/journal/by-template", methods=["GET", "POST"])
@needs("keep-journal")
def by_template() -> ResponseReturnValue:
    """Write an entry of which a template knows the accounts."""
    form = TemplateForm(what=request.args.get("what", ""), posted_on=clock.today(community().time_zone))
    if form.validate_on_submit():
        with refusals(form):
            return _written(form, form.writing())
    return form_page("journal/by_template.html", form)


@bp.route("/journal/<int:journal_id>/take-back", methods=["GET", "POST"])
@needs("keep-journal")
def take_back(journal_id: int) -> ResponseReturnValue:
    """Take back what was written by mistake."""
    one, form = _found(journal_id), TakeBackEntryForm()
    if form.validate_on_submit():
        with refusals(form):
            writing.take_back(
                session(),
                community=community(),
                written=one.entry,
                reason=form.reason.data or "",
                actor=actor(),
            )
            flash(_("It is taken back."))
            return redirect(url_for(".show", journal_id=journal_id), 303)
    elif one.entry.reversal_id is not None:
        return redirect(url_for(".show", journal_id=journal_id), 303)
    return form_page("journal/take_back.html", form, one=one, names=_names())


@bp.route("/journal/accounts", methods=["GET", "POST"])
@needs("keep-journal")
def accounts() -> ResponseReturnValue:
    """List the accounts that entries can be written to, and open one of one's own."""
    form = AccountForm()
    if form.validate_on_submit():
        with refusals(form):
            opened = open_account(
                session(),
                community=community(),
                slug=form.slug.data or "",
                name=form.name.data or "",
                sort=form.sort.data or "",
                actor=actor(),
            )
            flash(_("The account “%(name)s” is open.", name=opened.name))
            return redirect(url_for(".accounts"), 303)
    own = list_own(session(), community=community())
    return form_page("journal/accounts.html", form, ready=READY, own=own, sorts=SORT_LABELS)


# --- the leaves ---------------------------------------------------------------------------------------------


def _names() -> dict[str, str]:
    return named(READY, own_names(session(), community=community()))


def _found(journal_id: int) -> queries.Written:
    return queries.find_written(session(), community=community(), journal_id=journal_id) or abort(404)


def _written(form: KeyedForm, asked: writing.Writing) -> ResponseReturnValue:
    try:
        row = writing.write(session(), community=community(), writing=asked, actor=actor())
    except writing.WrittenBefore:
        form.renew_key()
        raise
    flash(_("It is written down, and stands in the books."))
    return redirect(url_for(".show", journal_id=row.id), 303)
