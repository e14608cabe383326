"""The steward's pages: how long words about people are kept, and what to do when data got out."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.mydata import leaks
from timebank.mydata import queries
from timebank.mydata import service
from timebank.mydata.forms import LeakForm
from timebank.mydata.forms import RetentionForm
from timebank.mydata.forms import TellForm
from timebank.mydata.models import Leak
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("leaks", __name__)


@bp.route("/settings/retention", methods=["GET", "POST"])
@needs("change-settings")
def retention() -> ResponseReturnValue:
    """Decide how long words about people are kept."""
    now = service.retention_of(session(), community_id=community().id)
    form = RetentionForm(data={name: getattr(now, name) for name in service.SUGGESTED})
    if form.validate_on_submit():
        with refusals(form):
            service.set_retention(session(), community=community(), days=form.days(), actor=actor())
            flash(_("It is saved. What is older goes in the coming night."))
            return redirect(url_for("communities.settings"), 303)
    return form_page("mydata/retention.html", form)


@bp.get("/leaks/")
@needs("handle-leaks")
def index() -> ResponseReturnValue:
    """Tell what to do when data got out, and list what was written down."""
    return render_template("mydata/leaks.html", leaks=queries.leaks_of(session(), community=community()))


@bp.route("/leaks/new", methods=["GET", "POST"])
@needs("handle-leaks")
def write() -> ResponseReturnValue:
    """Write down a leak."""
    form = LeakForm(data={"noticed_on": clock.today(community().time_zone)})
    if form.validate_on_submit():
        with refusals(form):
            leak = leaks.write_leak(session(), community=community(), facts=form.facts(), actor=actor())
            return redirect(url_for(".show", leak_id=leak.id), 303)
    return form_page("mydata/write_leak.html", form, leak=None)


@bp.get("/leaks/<int:leak_id>")
@needs("handle-leaks")
def show(leak_id: int) -> ResponseReturnValue:
    """Show a leak: until when it has to be reported, what the report needs, and who was told."""
    leak = _leak(leak_id)
    return render_template(
        "mydata/leak.html",
        leak=leak,
        deadlines=leaks.deadlines(leak),
        told=queries.told_of(session(), leak=leak),
        today=clock.today(community().time_zone),
    )


@bp.route("/leaks/<int:leak_id>/change", methods=["GET", "POST"])
@needs("handle-leaks")
def change(leak_id: int) -> ResponseReturnValue:
    """Write down what is known of a leak now."""
    leak = _leak(leak_id)
    form = LeakForm(obj=leak)
    if form.validate_on_submit():
        with refusals(form):
            leaks.change_leak(session(), community=community(), leak=leak, facts=form.facts())
            flash(_("It is written down."))
            return redirect(url_for(".show", leak_id=leak.id), 303)
    return form_page("mydata/write_leak.html", form, leak=leak)


@bp.route("/leaks/<int:leak_id>/tell", methods=["GET", "POST"])
@needs("handle-leaks")
def tell(leak_id: int) -> ResponseReturnValue:
    """Tell those concerned, each once: by mail, or by a coordinator's call."""
    leak, form = _leak(leak_id), TellForm()
    if form.validate_on_submit():
        with refusals(form):
            written, called = leaks.tell(
                session(),
                community=community(),
                leak=leak,
                members=form.others.members,
                words=form.words.data or "",
            )
            flash(_("Written to: %(written)s. To be called: %(called)s.", written=written, called=called))
            return redirect(url_for(".show", leak_id=leak.id), 303)
    return form_page("mydata/tell.html", form, leak=leak)


def _leak(leak_id: int) -> Leak:
    """Find a leak of this community; another community's is simply not there."""
    return queries.find_leak(session(), community=community(), leak_id=leak_id) or abort(404)
