"""The pages of insurances and licences: the list, one member's, many at once, and the kinds there are."""

from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from timebank import clock
from timebank.i18n import day
from timebank.licences import kinds
from timebank.licences import queries
from timebank.licences import service
from timebank.licences.forms import ALL
from timebank.licences.forms import OVER
from timebank.licences.forms import FilterForm
from timebank.licences.forms import LicenceForm
from timebank.licences.forms import LicenceKindForm
from timebank.licences.forms import ManyForm
from timebank.licences.forms import TakeOffForm
from timebank.licences.models import Licence
from timebank.licences.models import LicenceKind
from timebank.licences.queries import DAYS_BEFORE
from timebank.licences.queries import MOST_LISTED
from timebank.licences.queries import Listed
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.members.queries import search_members
from timebank.text import defused
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session
from timebank.web import spreadsheet

bp = Blueprint("licences", __name__)

#: So many members stand on the page that ticks them; the next ones follow on another.
MOST_TICKED = 300


@bp.get("/licences/")
@needs("see-licences")
def index() -> ResponseReturnValue:
    """List what members have, what ends first on top."""
    form, found = _asked_for()
    return form_page(
        "licences/index.html",
        form,
        found=found[:MOST_LISTED],
        cut=len(found) > MOST_LISTED,
        asked=_address_of(form),
        kinds=kinds.list_kinds(session(), community=community()),
        soon=DAYS_BEFORE,
    )


@bp.get("/licences/print")
@needs("see-licences")
def on_paper() -> ResponseReturnValue:
    """Show the same list for paper."""
    form, found = _asked_for()
    if form.errors:
        return index()
    return render_template(
        "print/licences.html",
        form=form,
        found=found[:MOST_LISTED],
        cut=len(found) > MOST_LISTED,
        back=url_for(".index", **_address_of(form)),
        printed=clock.now(),
    )


@bp.get("/licences/list.csv")
@needs("see-licences")
def file() -> ResponseReturnValue:
    """Give the same list as a file."""
    form, found = _asked_for()
    if form.errors:
        return index()
    return spreadsheet(_lines(found), name="insurance-and-licences.csv")


@bp.get("/membership/licences")
@needs("see-own-licences")
def own() -> ResponseReturnValue:
    """Show members what is written down of them."""
    mine = queries.licences_of(session(), community=community(), member=oneself())
    return render_template("licences/own.html", found=mine, soon=DAYS_BEFORE)


@bp.get("/members/<int:member_id>/licences")
@needs("see-licences")
def of_member(member_id: int) -> ResponseReturnValue:
    """Show what a member has and had, and who saw it."""
    whose = _member(member_id)
    return render_template(
        "licences/of_member.html",
        whose=whose,
        found=queries.licences_of(session(), community=community(), member=whose),
        history=queries.history_of(session(), community=community(), member=whose),
        soon=DAYS_BEFORE,
        possible=whose.state != LEFT,
    )


@bp.route("/members/<int:member_id>/licences/new", methods=["GET", "POST"])
@needs("keep-licences")
def write_down(member_id: int) -> ResponseReturnValue:
    """Write down what was seen of a member, or renew it."""
    whose = _member(member_id)
    offered = kinds.list_kinds(session(), community=community())
    form = LicenceForm(offered, kind=request.args.get("kind", type=int))
    if form.validate_on_submit():
        with refusals(form):
            kind = next(one for one in offered if one.id == form.kind.data)
            written = service.write_down(
                session(), community=community(), member=whose, seen=form.seen(kind), actor=actor()
            )
            flash(_("It is written down.") if written else _("This stands there already, as it was seen."))
            return redirect(url_for(".of_member", member_id=whose.id), 303)
    return form_page(
        "licences/write_down.html", form, whose=whose, kinds=offered, possible=whose.state != LEFT
    )


@bp.route("/licences/<int:licence_id>/take-off", methods=["GET", "POST"])
@needs("keep-licences")
def take_off(licence_id: int) -> ResponseReturnValue:
    """Take something off the list that was a mistake, or no longer holds."""
    found = queries.find_licence(session(), community=community(), licence_id=licence_id) or abort(404)
    form = TakeOffForm()
    if form.validate_on_submit():
        with refusals(form):
            service.take_off(session(), licence=found.licence, reason=form.reason.data or "", actor=actor())
            flash(_("It is taken off the list."))
            return redirect(url_for(".of_member", member_id=found.member.id), 303)
    return form_page("licences/take_off.html", form, found=found)


@bp.route("/licences/many/<int:licence_kind_id>", methods=["GET", "POST"])
@needs("keep-licences")
def many(licence_kind_id: int) -> ResponseReturnValue:
    """Write down the same for many members: who has it is ticked already."""
    kind = _kind(licence_kind_id)
    after = request.args.get("after", type=int)
    page = search_members(
        session(),
        community=community(),
        after=find_member(session(), community=community(), member_id=after) if after else None,
        limit=MOST_TICKED,
    )
    here = [one for one in page.members if one.state != LEFT]
    have = queries.ends_of_kind(session(), community=community(), kind=kind, members=here)
    told = {one.member_id: _until(one) for one in have.values()}
    end = queries.usual_end(session(), community=community(), kind=kind)
    form = ManyForm(here, told, members=list(have), ends_on=end)
    if form.validate_on_submit():
        with refusals(form):
            new = service.write_down_for_many(
                session(),
                community=community(),
                members=[one for one in here if one.id in set(form.members.data or ())],
                seen=form.seen(kind),
                actor=actor(),
            )
            flash(
                ngettext("It is written down for one member.", "It is written down for %(num)s members.", new)
            )
            return redirect(url_for(".index", kind=kind.id), 303)
    more = page.members[-1].id if page.more else None
    return form_page("licences/many.html", form, kind=kind, more=more, possible=bool(here))


@bp.route("/licences/kinds", methods=["GET", "POST"])
@needs("keep-licence-kinds")
def list_of_kinds() -> ResponseReturnValue:
    """Keep the list of what the community asks for."""
    form = LicenceKindForm()
    if form.validate_on_submit():
        with refusals(form):
            kinds.add_kind(session(), community=community(), name=form.name.data or "", actor=actor())
            return redirect(url_for(".list_of_kinds"), 303)
    listed = kinds.list_kinds(session(), community=community(), retired=True)
    return form_page("licences/kinds.html", form, kinds=listed)


@bp.post("/licences/kinds/<int:licence_kind_id>/retire")
@needs("keep-licence-kinds")
def retire_kind(licence_kind_id: int) -> ResponseReturnValue:
    """Ask for something no longer."""
    kinds.retire_kind(session(), community=community(), kind=_kind(licence_kind_id), actor=actor())
    return redirect(url_for(".list_of_kinds"), 303)


# --- the leaves ---------------------------------------------------------------------------------------------


def _member(member_id: int) -> Member:
    """Find a member of this community; another community's is simply not there."""
    return find_member(session(), community=community(), member_id=member_id) or abort(404)


def _kind(licence_kind_id: int) -> LicenceKind:
    return kinds.find_kind(session(), community=community(), kind_id=licence_kind_id) or abort(404)


def _asked_for() -> tuple[FilterForm, Sequence[Listed]]:
    """Read what the list was asked for; where that cannot be read, everything is shown with the reason."""
    offered = kinds.list_kinds(session(), community=community(), retired=True)
    form = FilterForm(offered, formdata=request.args)
    good = form.validate()
    within = form.within.data if good else ALL
    found = queries.list_licences(
        session(),
        community=community(),
        kind=next((one for one in offered if good and one.id == form.kind.data), None),
        within_days=int(within) if within not in {ALL, OVER} else None,
        over=within == OVER,
    )
    return form, found


def _address_of(form: FilterForm) -> dict[str, Any]:
    """Spell what was asked for in an address."""
    if form.errors:
        return {}
    return {"kind": form.kind.data or None, "within": form.within.data if form.within.data != ALL else None}


def _until(licence: Licence) -> str:
    if licence.ends_on is None:
        return str(_("without an end"))
    return str(_("until %(day)s", day=day(licence.ends_on)))


def _lines(found: Sequence[Listed]) -> Iterator[Sequence[str]]:
    yield _("Member number"), _("Name"), _("What it is"), _("Holds until"), _("Note")
    for one in found:
        ends_on = one.licence.ends_on.isoformat() if one.licence.ends_on else ""
        texts = map(defused, (one.member.number, one.member.name, one.kind.name))
        yield *texts, ends_on, defused(one.licence.note)
