"""The pages by which people sign in without a password: ask for a link, open it, press the button."""

from flask import Blueprint
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from timebank.people import entrance
from timebank.people import guesses
from timebank.people import links
from timebank.people.forms import LinkForm
from timebank.people.models import LINK
from timebank.web import community
from timebank.web import form_page
from timebank.web import limited
from timebank.web import open_to_all
from timebank.web import refusals
from timebank.web import refuse_too_many
from timebank.web import safe_next
from timebank.web import session

bp = Blueprint("links", __name__)


@bp.route("/sign-in/link", methods=["GET", "POST"])
@open_to_all
@limited(guesses.link_limits)
def ask() -> ResponseReturnValue:
    """Have a link sent; whether anybody signs in with that address is not said."""
    form = LinkForm()
    if request.method == "GET":
        form.next.data = request.args.get("next", "")
    if form.validate_on_submit():
        with refusals(form):
            refuse_too_many()
            links.ask_for_link(
                session(),
                community=community(),
                email=form.email.data or "",
                next_path=safe_next(form.next.data, ""),
            )
            return redirect(url_for(".sent"), 303)
    return form_page("people/ask_for_link.html", form)


@bp.get("/sign-in/link/sent")
@open_to_all
def sent() -> ResponseReturnValue:
    """Say what happens now, whoever's address it was."""
    return render_template("people/link_sent.html")


@bp.get("/sign-in/link/<token>")
@open_to_all
def opened(token: str) -> ResponseReturnValue:
    """Show the button that signs in: programs that look into mail open links, and use none up."""
    if not links.is_good(session(), community=community(), token=token):
        return _gone()
    return render_template("people/open_link.html", token=token)


@bp.post("/sign-in/link/<token>")
@open_to_all
def use(token: str) -> ResponseReturnValue:
    """Sign in, or on to the second step, and offer a new password on the way."""
    found = links.use_link(session(), community=community(), token=token)
    if found is None:
        return _gone()
    person, next_path = found
    return entrance.let_in(person, begun_by=LINK, name=person.email or "", next_path=next_path)


def _gone() -> ResponseReturnValue:
    return render_template("people/link_gone.html"), 404
