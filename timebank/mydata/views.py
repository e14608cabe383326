"""A member's own pages: taking along everything that is known of them, and asking about it."""

from collections.abc import Sequence

from flask import Blueprint
from flask import Response
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.i18n import day
from timebank.members.models import Member
from timebank.members.queries import members_by_id
from timebank.mydata import queries
from timebank.mydata import service
from timebank.mydata.forms import REQUEST_LABELS
from timebank.mydata.forms import AskForm
from timebank.mydata.telling import as_json
from timebank.mydata.telling import as_words
from timebank.mydata.telling import named_in
from timebank.mydata.words import WORDS
from timebank.web import actor
from timebank.web import community
from timebank.web import done
from timebank.web import form_page
from timebank.web import hooks
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("mydata", __name__)


@bp.get("/membership/my-data")
@needs("keep-own-data")
def own() -> ResponseReturnValue:
    """Tell what somebody can do about their data, and what they have asked."""
    return render_template(
        "mydata/own.html",
        requests=queries.requests_of(session(), member=oneself()),
        labels=REQUEST_LABELS,
        states=WORDS["state"],
        known=hooks().known,
        retention=service.retention_of(session(), community_id=community().id),
    )


@bp.post("/membership/my-data/file")
@needs("keep-own-data")
def file() -> ResponseReturnValue:
    """Give somebody everything that is known of them, for a program."""
    me = oneself()
    whom = service.whom_of(session(), member=me)
    parts = queries.everything(session(), known=hooks().known, whom=whom)
    done()
    return attached(as_json(parts, community=community(), member=me, members=_named(parts)), "my-data.json")


@bp.post("/membership/my-data/page")
@needs("keep-own-data")
def page() -> ResponseReturnValue:
    """Give somebody everything that is known of them, to read and keep as a page."""
    done()
    return attached(everything_page(oneself()), "my-data.html")


@bp.route("/membership/my-data/ask", methods=["GET", "POST"])
@needs("keep-own-data")
def ask() -> ResponseReturnValue:
    """Ask to see, correct, stop or erase something."""
    form = AskForm()
    if form.validate_on_submit():
        with refusals(form):
            request = service.ask(
                session(),
                community=community(),
                member=oneself(),
                kind=form.kind.data,
                words=form.words.data or "",
                actor=actor(),
            )
            flash(_("It is written down, and answered by %(day)s.", day=day(request.due_on)))
            return redirect(url_for(".own"), 303)
    return form_page(
        "mydata/ask.html",
        form,
        known=hooks().known,
        retention=service.retention_of(session(), community_id=community().id),
        to_settle=service.to_settle(session(), community=community(), member=oneself()),
    )


@bp.post("/membership/my-data/requests/<int:request_id>/withdraw")
@needs("keep-own-data")
def withdraw(request_id: int) -> ResponseReturnValue:
    """Ask no longer."""
    request = queries.find_request(session(), community=community(), request_id=request_id)
    if request is None or request.member_id != oneself().id:
        abort(404)
    service.withdraw(session(), request=request, actor=actor())
    flash(_("It is withdrawn."))
    return redirect(url_for(".own"), 303)


def everything_page(whose: Member, *, for_officer: bool = False, back: str = "") -> str:
    """Write everything that is known of a member as a page of its own, which needs nothing beside it."""
    whom = service.whom_of(session(), member=whose)
    parts = queries.everything(session(), known=hooks().known, whom=whom, for_officer=for_officer)
    return render_template(
        "print/my_data.html" if for_officer else "mydata/file.html",
        whose=whose,
        parts=as_words(parts, members=_named(parts)),
        back=back,
        printed=clock.now(),
    )


def attached(text: str, name: str) -> Response:
    """Give a file to be kept."""
    kind = "application/json" if name.endswith(".json") else "text/html"
    answer = Response(text, content_type=f"{kind}; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _named(parts: Sequence[queries.Part]) -> dict[int, Member]:
    return members_by_id(session(), community=community(), ids=named_in(parts))
