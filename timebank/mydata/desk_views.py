"""Officers' pages about members' data: what is asked, answering it, printing it out, and erasing."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.actor import Actor
from timebank.i18n import day
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.members.queries import is_erased
from timebank.members.queries import person_of
from timebank.mydata import queries
from timebank.mydata import service
from timebank.mydata.forms import REQUEST_LABELS
from timebank.mydata.forms import AnswerForm
from timebank.mydata.forms import AskForForm
from timebank.mydata.forms import EraseForm
from timebank.mydata.letters import tell_of_erasure
from timebank.mydata.models import ERASE
from timebank.mydata.models import OPEN
from timebank.mydata.models import DataRequest
from timebank.mydata.views import everything_page
from timebank.mydata.words import WORDS
from timebank.web import actor
from timebank.web import community
from timebank.web import done
from timebank.web import form_page
from timebank.web import hooks
from timebank.web import needs
from timebank.web import person
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("data_requests", __name__)


@bp.get("/data-requests")
@needs("answer-data-requests")
def index() -> ResponseReturnValue:
    """List what members ask about their data, and what they were answered."""
    return render_template(
        "mydata/requests.html",
        waiting=queries.open_requests(session(), community=community()),
        past=queries.past_requests(session(), community=community()),
        labels=REQUEST_LABELS,
        states=WORDS["state"],
        today=clock.today(community().time_zone),
    )


@bp.route("/data-requests/<int:request_id>", methods=["GET", "POST"])
@needs("answer-data-requests")
def answer(request_id: int) -> ResponseReturnValue:
    """Answer what a member asked, and write down the answer."""
    request = queries.find_request(session(), community=community(), request_id=request_id) or abort(404)
    form = AnswerForm()
    if form.validate_on_submit():
        with refusals(form):
            service.answer(
                session(),
                request=request,
                granted=form.granted.data == "yes",
                words=form.answer.data or "",
                actor=actor(),
            )
            flash(_("The answer is written down. Please tell the member."))
            return redirect(url_for(".index"), 303)
    return form_page(
        "mydata/answer.html",
        form,
        request=request,
        whose=_member(request.member_id),
        labels=REQUEST_LABELS,
        states=WORDS["state"],
        is_open=request.state == OPEN,
        to_erase=request.kind == ERASE,
    )


@bp.get("/members/<int:member_id>/data")
@needs("answer-data-requests")
def of_member(member_id: int) -> ResponseReturnValue:
    """Offer what can be done about a member's data."""
    whose = _member(member_id)
    return render_template(
        "mydata/of_member.html",
        whose=whose,
        erased=is_erased(whose),
        requests=queries.requests_of(session(), member=whose),
        labels=REQUEST_LABELS,
        states=WORDS["state"],
    )


@bp.post("/members/<int:member_id>/data/print")
@needs("answer-data-requests")
def print_out(member_id: int) -> ResponseReturnValue:
    """Print everything that is known of a member who asked for it; the audit trail tells of it."""
    whose = _member(member_id)
    done()
    return everything_page(whose, for_officer=True, back=url_for(".of_member", member_id=whose.id))


@bp.route("/members/<int:member_id>/data/ask", methods=["GET", "POST"])
@needs("answer-data-requests")
def ask_for(member_id: int) -> ResponseReturnValue:
    """Write down what a member asks about their data, as they told it."""
    whose, form = _member(member_id), AskForForm()
    if form.validate_on_submit():
        with refusals(form):
            request: DataRequest = service.ask(
                session(),
                community=community(),
                member=whose,
                kind=form.kind.data,
                words=form.words.data or "",
                actor=Actor(person_id=person().id, member_id=None, how=form.heard.data),
            )
            flash(_("It is written down, and to be answered by %(day)s.", day=day(request.due_on)))
            return redirect(url_for(".of_member", member_id=whose.id), 303)
    return form_page("mydata/ask_for.html", form, whose=whose)


@bp.route("/members/<int:member_id>/data/erase", methods=["GET", "POST"])
@needs("answer-data-requests")
def erase(member_id: int) -> ResponseReturnValue:
    """Erase a member; what has to be settled before, and what stays, is told first."""
    whose, form = _member(member_id), EraseForm()
    known = hooks().known
    retention = service.retention_of(session(), community_id=community().id)
    if form.validate_on_submit():
        with refusals(form):
            somebody = person_of(session(), member=whose)
            address = somebody.email if somebody else None
            language = (somebody.language if somebody else None) or community().language
            service.erase(session(), community=community(), member=whose, known=known, actor=actor())
            if address:
                tell_of_erasure(
                    session(),
                    community=community(),
                    to_address=address,
                    language=language,
                    backups_days=retention.backups_days,
                )
            flash(_("It is done. What stays stands under a pseudonym."))
            return redirect(url_for("members.show", member_id=member_id), 303)
    return form_page(
        "mydata/erase.html",
        form,
        whose=whose,
        erased=is_erased(whose),
        known=known,
        retention=retention,
        to_settle=service.to_settle(session(), community=community(), member=whose),
    )


def _member(member_id: int) -> Member:
    """Find a member of this community; another community's is simply not there."""
    return find_member(session(), community=community(), member_id=member_id) or abort(404)
