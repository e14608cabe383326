"""Who may see a page or send a form, and what happens where somebody may not."""

from collections.abc import Callable
from collections.abc import Container
from functools import wraps
from typing import ParamSpec

from flask import abort
from flask import current_app
from flask import g
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from timebank.rights import RIGHTS
from timebank.rights import allows
from timebank.web.here import asleep
from timebank.web.here import may
from timebank.web.here import person
from timebank.web.here import session
from timebank.web.hooks import hooks
from timebank.web.kept import seal_request
from timebank.web.kept import this_page
from timebank.web.standing import begun_for
from timebank.web.standing import was_begun_for_another

Arguments = ParamSpec("Arguments")
View = Callable[Arguments, ResponseReturnValue]

#: Views that say themselves whom they are for: the name of a right, or None for everybody.
GUARD = "timebank_guard"
#: What somebody does for themselves, for whomever they are here.
_FOR_ONESELF = frozenset({"keep-own-sign-in", "choose-for-whom"})


def needs(right: str) -> Callable[[View[Arguments]], View[Arguments]]:
    """Open a view to those who have a right; ask others to sign in, or tell them that it is not theirs."""
    if right not in RIGHTS:
        raise KeyError(right)

    def guard(view: View[Arguments]) -> View[Arguments]:
        @wraps(view)
        def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> ResponseReturnValue:
            if person() is None:
                return ask_to_sign_in()
            if was_begun_for_another() and right not in _FOR_ONESELF:
                return for_another()
            if not may(right):
                return ask_to_wake() if allows(right, asleep()) else abort(403)
            return view(*args, **kwargs)

        setattr(guarded, GUARD, right)
        return guarded

    return guard


def endpoints_needing(rights: Container[str]) -> list[str]:
    """Name the pages that need one of these rights."""
    views = current_app.view_functions.items()
    return [endpoint for endpoint, view in views if getattr(view, GUARD, None) in rights]


def open_to_all(view: View[Arguments]) -> View[Arguments]:
    """Open a view to everybody: said aloud, so that no view is open because somebody forgot."""
    setattr(view, GUARD, None)
    return view


def ask_to_sign_in() -> ResponseReturnValue:
    """Lead somebody to the sign-in page and afterwards back; a form that was sent goes along."""
    if request.method == "POST":
        return hooks().sign_in_again(seal_request())
    return redirect(url_for(hooks().sign_in, next=this_page()), 303)


def for_another() -> ResponseReturnValue:
    """Answer a form that was begun for another member, in another tab: nothing is done for the wrong one."""
    wanted = begun_for()
    then = hooks().stand(session(), person(), g.community, wanted)
    still = (then.member.id if then.member else None) == wanted
    return render_template("errors/for_another.html", then=then if still else None, kept=seal_request()), 422


def ask_to_wake() -> ResponseReturnValue:
    """Lead somebody whose office sleeps to where it is woken; a form that was sent goes along."""
    if request.method == "POST":
        return render_template("errors/asleep.html", kept=seal_request()), 403
    return redirect(url_for(hooks().wake, next=this_page()), 303)


def stale_form(error: CSRFError) -> ResponseReturnValue:
    """Answer a form whose token is not this session's: nothing is done, and nothing typed is lost."""
    if g.get("community") is None or request.endpoint is None:
        return render_template("errors/400.html"), 400
    if person() is None:
        return ask_to_sign_in()
    # Signed in anew in another window, or led here by a page of somebody else's: the person decides.
    ours = bool(request.form.get("csrf_token")) and "referrer" not in str(error.description)
    return render_template("errors/stale.html", kept=seal_request(), ours=ours), 422
