"""The coordinators' pages of members who were entered twice: who may be, comparing two, and joining them."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import ledger
from timebank.doubles import queries
from timebank.doubles import service
from timebank.doubles.forms import FIRST
from timebank.doubles.forms import SECOND
from timebank.doubles.forms import ApartForm
from timebank.doubles.forms import FindForm
from timebank.doubles.forms import JoinForm
from timebank.doubles.queries import NAME
from timebank.doubles.queries import READING
from timebank.doubles.queries import SAME_ADDRESS
from timebank.doubles.queries import SAME_TELEPHONE
from timebank.errors import N_
from timebank.members.models import Member
from timebank.members.models import SameAs
from timebank.members.queries import find_member
from timebank.members.queries import hours_of
from timebank.members.queries import names_to_suggest
from timebank.members.queries import person_of
from timebank.members.same_as import joined_into
from timebank.members.views import STATES
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("doubles", __name__)

#: Why two may be the same, in words.
REASON_LABELS = {
    NAME: N_("same name and reading"),
    READING: N_("same reading, the name written differently"),
    SAME_TELEPHONE: N_("same telephone"),
    SAME_ADDRESS: N_("same address"),
}


@bp.get("/doubles/")
@needs("join-records")
def index() -> ResponseReturnValue:
    """List who may have been entered twice, and of whom somebody has said that they are two."""
    return render_template(
        "doubles/index.html",
        pairs=queries.alike(session(), community=community()),
        apart=queries.said_apart(session(), community=community()),
        labels=REASON_LABELS,
        most=queries.MOST_PAIRS,
    )


@bp.route("/members/<int:member_id>/double", methods=["GET", "POST"])
@needs("join-records")
def find(member_id: int) -> ResponseReturnValue:
    """Choose the record that a member may have beside this one."""
    whose, form = _member(member_id), FindForm()
    if stays := joined_into(session(), member=whose):
        return redirect(url_for("members.show", member_id=stays.id), 303)
    if form.validate_on_submit() and form.other.member is not None:
        if form.other.member.id != whose.id:
            return redirect(url_for(".join", member_id=whose.id, other_id=form.other.member.id), 303)
        with refusals(form):
            raise service.OneRecordOnly
    names = names_to_suggest(session(), community=community())
    return form_page("doubles/find.html", form, whose=whose, suggestions=[name for _id, name in names])


@bp.route("/doubles/<int:member_id>/<int:other_id>", methods=["GET", "POST"])
@needs("join-records")
def join(member_id: int, other_id: int) -> ResponseReturnValue:
    """Compare two records, show what joining them will do, and join them."""
    one, other = _pair(member_id, other_id)
    usual, _goes = service.usual_order(session(), one=one, other=other)
    form = JoinForm(one, other, stays=FIRST if usual.id == one.id else SECOND)
    done = None
    if form.validate_on_submit():
        stays, goes = (one, other) if form.stays.data == FIRST else (other, one)
        with refusals(form):
            savepoint = session().begin_nested()
            done = service.join(
                session(),
                community=community(),
                stays=stays,
                goes=goes,
                reason=form.reason.data or "",
                actor=actor(),
            )
            if form.was_shown(done):
                savepoint.commit()
                flash(_("The two records are one now: number %(number)s.", number=stays.number))
                return redirect(url_for("members.show", member_id=stays.id), 303)
            savepoint.rollback()
    page, status = form_page(
        "doubles/join.html",
        form,
        one=one,
        other=other,
        records=[_told(record) for record in (one, other)],
        reasons=queries.reasons_for(session(), community=community(), one=one, other=other),
        labels=REASON_LABELS,
        states=STATES,
        done=done if not form.errors else None,
        joined=any(session().get(SameAs, record.id) for record in (one, other)),
    )
    return page, 422 if done is not None and not form.errors else status


@bp.post("/doubles/<int:member_id>/<int:other_id>/not-the-same")
@needs("join-records")
def not_the_same(member_id: int, other_id: int) -> ResponseReturnValue:
    """Remember that two are two."""
    one, other = _pair(member_id, other_id)
    if ApartForm().validate_on_submit():
        service.say_not_the_same(session(), community=community(), one=one, other=other, actor=actor())
        flash(_("It is remembered: these are two people."))
    return redirect(url_for(".index"), 303)


# --- the leaves ---------------------------------------------------------------------------------------------


def _member(member_id: int) -> Member:
    """Find a member of this community; another community's is simply not there."""
    return find_member(session(), community=community(), member_id=member_id) or abort(404)


def _pair(member_id: int, other_id: int) -> tuple[Member, Member]:
    if member_id == other_id:
        abort(404)
    return _member(member_id), _member(other_id)


def _told(record: Member) -> dict[str, object]:
    """Tell what is compared of a record."""
    return {
        "member": record,
        "balance": ledger.balance(session(), hours_of(record, community())).balance,
        "signs_in": person_of(session(), member=record) is not None,
    }
