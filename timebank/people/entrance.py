"""The way in: at once, or by a second step for whoever has a second factor; and where it leads."""

from flask import flash
from flask import redirect
from flask import session as browser
from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from timebank import clock
from timebank.people import browsers
from timebank.people import factors
from timebank.people import guesses
from timebank.people import half_sign_ins
from timebank.people import service
from timebank.people.models import LINK
from timebank.people.models import HalfSignIn
from timebank.people.models import Person
from timebank.web import choose
from timebank.web import hooks
from timebank.web import safe_next
from timebank.web import session
from timebank.web import unseal


def let_in(
    found: Person,
    *,
    begun_by: str,
    name: str,
    community_id: int | None = None,
    next_path: str = "",
    kept: str = "",
) -> Response:
    """Sign somebody in whose password, link or code was right; who has a second factor is asked for it."""
    if factors.is_set_up(session(), person=found):
        browsers.begin_half(
            found, name=name, begun_by=begun_by, community_id=community_id, next_path=next_path, kept=kept
        )
        return redirect(url_for("second_step.ask"), 303)
    browsers.begin(found, begun_by=begun_by, community_id=community_id)
    guesses.remember_browser(guesses.mark_of(name))
    return _onwards(found, begun_by=begun_by, next_path=next_path, kept=kept)


def finish(half: HalfSignIn, found: Person) -> Response:
    """Sign somebody in whose second factor was right, too."""
    begun_by, next_path, kept = half.begun_by, half.next_path or "", half.kept or ""
    mark = browser[guesses.HALF_KEY][2]
    half_sign_ins.use(session(), half_id=half.id)
    browsers.begin(found, begun_by=begun_by, community_id=half.community_id, second_factor_at=clock.now())
    guesses.remember_browser(mark)
    return _onwards(found, begun_by=begun_by, next_path=next_path, kept=kept)


def keep(found: Person, sealed: str | None) -> str | None:
    """Keep a sealed form for whoever typed it and has signed in, and give the page that shows it."""
    kept = unseal(sealed)
    if kept is None:
        return None
    if kept.typed_by and not kept.is_by(found):
        flash(
            _("The form that was sent before is somebody else's, so it is not shown. Nothing was saved."),
            "warn",
        )
        return None
    if kept.fields and kept.typed_by:
        # For the member for whom it was typed; who acts for them no longer is not shown it.
        choose(kept.acts_for)
        service.keep_form(session(), person=found, path=kept.path, target=kept.target, fields=kept.fields)
        flash(_("What you had typed is still here. Please look at it and send it once more."), "warn")
    return kept.path


def _onwards(found: Person, *, begun_by: str, next_path: str, kept: str) -> Response:
    """Lead to where somebody was going; who has come by a link is offered a new password on the way."""
    if begun_by == LINK:
        return redirect(url_for("people.change_password", next=next_path or None), 303)
    return redirect(keep(found, kept) or safe_next(next_path, url_for(hooks().home)), 303)
