"""The pages of pools: which there are, one with its statement, giving, granting, taking back, closing."""

from collections.abc import Callable
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

import ledger
from timebank.actor import Actor
from timebank.i18n import in_words
from timebank.i18n import signed
from timebank.members.away import away_names
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.members.queries import hours_of
from timebank.members.queries import names_to_suggest
from timebank.members.taking_part import takes_part
from timebank.pools import queries
from timebank.pools import service
from timebank.pools.forms import GiveForForm
from timebank.pools.forms import GiveForm
from timebank.pools.forms import GrantForm
from timebank.pools.forms import MovingForm
from timebank.pools.forms import PoolForm
from timebank.pools.forms import SureForm
from timebank.pools.forms import TakeBackForm
from timebank.pools.models import Pool
from timebank.pools.models import PoolTransfer
from timebank.web import actor
from timebank.web import book_shown
from timebank.web import community
from timebank.web import form_page
from timebank.web import may
from timebank.web import member as oneself
from timebank.web import needs
from timebank.web import person
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("pools", __name__)

LINES_ON_A_PAGE = 50


@bp.get("/pools/")
@needs("see-pools")
def index() -> ResponseReturnValue:
    """List the pools and how much is in each."""
    pools = queries.list_pools(session(), community=community())
    return render_template("pools/index.html", pools=pools)


@bp.route("/pools/new", methods=["GET", "POST"])
@needs("open-pools")
def open_one() -> ResponseReturnValue:
    """Open a pool."""
    form = PoolForm()
    if form.validate_on_submit():
        with refusals(form):
            pool = service.open_pool(
                session(),
                community=community(),
                name=form.name.data or "",
                purpose=form.purpose.data or "",
                actor=actor(),
            )
            flash(_("The pool “%(name)s” is open.", name=pool.name))
            return redirect(url_for(".show", pool_id=pool.id), 303)
    return form_page("pools/open.html", form)


@bp.get("/pools/<int:pool_id>")
@needs("see-pools")
def show(pool_id: int) -> ResponseReturnValue:
    """Show a pool and its statement to everybody."""
    pool = _pool(pool_id)
    before = request.args.get("before", type=int)
    page = queries.statement_of(
        session(), community=community(), pool=pool, before=before, limit=LINES_ON_A_PAGE
    )
    me = oneself()
    return render_template(
        "pools/show.html",
        pool=pool,
        minutes=queries.minutes_in(session(), community(), pool),
        lines=page.lines,
        older=url_for(".show", pool_id=pool.id, before=page.older) if page.older else None,
        newer=url_for(".show", pool_id=pool.id) if before else None,
        named={
            told.line.version
            for told in page.lines
            if not told.transfer.name_hidden or may("see-pool-names") or (me and me.id == told.member.id)
        },
        gives=me is not None and takes_part(me),
    )


# --- giving and granting ------------------------------------------------------------------------------------


@bp.route("/pools/<int:pool_id>/give", methods=["GET", "POST"])
@needs("give-to-pools")
def give(pool_id: int) -> ResponseReturnValue:
    """Give hours to a pool: first what would happen, then it is booked."""
    pool, form, me = _pool(pool_id), GiveForm(), oneself()
    shown = None
    if form.validate_on_submit():
        with refusals(form):
            shown = form.wish(me, form.note.data or "")
            moved = _book(form, shown, lambda wish: service.give(**_here(pool), wish=wish, actor=actor()))
            if moved is not None:
                flash(_gave(pool, moved, me))
                return redirect(url_for(".show", pool_id=pool.id), 303)
    return _moving_page("pools/give.html", form, pool, shown, paused=not takes_part(me), balance=_balance(me))


@bp.route("/pools/<int:pool_id>/give-for", methods=["GET", "POST"])
@needs("give-for-others")
def give_for(pool_id: int) -> ResponseReturnValue:
    """Give a member's hours to a pool, as they told a coordinator."""
    pool, form = _pool(pool_id), GiveForForm()
    shown = None
    if form.validate_on_submit():
        with refusals(form):
            giver = form.giver.member or abort(422)
            heard = Actor(person_id=person().id, member_id=giver.id, how=form.heard.data)
            shown = form.wish(giver, form.note.data or "")
            moved = _book(form, shown, lambda wish: service.give(**_here(pool), wish=wish, actor=heard))
            if moved is not None:
                flash(_gave(pool, moved, giver))
                return redirect(url_for(".show", pool_id=pool.id), 303)
    return _moving_page("pools/give_for.html", form, pool, shown)


@bp.route("/pools/<int:pool_id>/grant", methods=["GET", "POST"])
@needs("grant-from-pools")
def grant(pool_id: int) -> ResponseReturnValue:
    """Grant hours from a pool to a member, for a reason."""
    pool, form = _pool(pool_id), GrantForm()
    shown = None
    if form.validate_on_submit():
        with refusals(form):
            receiver = form.other.member or abort(422)
            shown = form.wish(receiver, form.reason.data or "")
            moved = _book(form, shown, lambda wish: service.grant(**_here(pool), wish=wish, actor=actor()))
            if moved is not None:
                flash(_granted(moved, receiver))
                return redirect(url_for(".show", pool_id=pool.id), 303)
    return _moving_page("pools/grant.html", form, pool, shown)


@bp.route("/pools/<int:pool_id>/transfers/<int:transfer_id>/take-back", methods=["GET", "POST"])
@needs("take-back-from-pools")
def take_back(pool_id: int, transfer_id: int) -> ResponseReturnValue:
    """Take a gift or a grant back, for a reason; both lines stay."""
    pool, form = _pool(pool_id), TakeBackForm()
    transfer = queries.find_transfer(session(), pool=pool, transfer_id=transfer_id) or abort(404)
    whose = _whose(transfer)
    if form.validate_on_submit():
        with refusals(form):
            service.take_back(
                **_here(pool),
                transfer=transfer,
                member=whose,
                reason=form.reason.data or "",
                actor=actor(),
            )
            flash(_("It is taken back."))
            return redirect(url_for(".show", pool_id=pool.id), 303)
    elif transfer.reversal_id is not None:
        return redirect(url_for(".show", pool_id=pool.id), 303)
    return form_page("pools/take_back.html", form, pool=pool, transfer=transfer, whose=whose)


# --- closing and opening again ------------------------------------------------------------------------------


@bp.route("/pools/<int:pool_id>/close", methods=["GET", "POST"])
@needs("open-pools")
def close(pool_id: int) -> ResponseReturnValue:
    """Close a pool that is empty."""
    pool, form = _pool(pool_id), SureForm()
    if form.validate_on_submit():
        with refusals(form):
            service.close_pool(**_here(pool), actor=actor())
            flash(_("The pool “%(name)s” is closed.", name=pool.name))
            return redirect(url_for(".show", pool_id=pool.id), 303)
    minutes = queries.minutes_in(session(), community(), pool)
    return form_page("pools/close.html", form, pool=pool, minutes=minutes)


@bp.post("/pools/<int:pool_id>/reopen")
@needs("open-pools")
def reopen(pool_id: int) -> ResponseReturnValue:
    """Let a closed pool take gifts again."""
    pool = _pool(pool_id)
    service.reopen_pool(**_here(pool), actor=actor())
    flash(_("The pool “%(name)s” is open.", name=pool.name))
    return redirect(url_for(".show", pool_id=pool.id), 303)


# --- the leaves ---------------------------------------------------------------------------------------------


def _pool(pool_id: int) -> Pool:
    """Find a pool of this community; another community's is simply not there."""
    return queries.find_pool(session(), community=community(), pool_id=pool_id) or abort(404)


def _here(pool: Pool) -> dict[str, Any]:
    return {"session": session(), "community": community(), "pool": pool}


def _whose(transfer: PoolTransfer) -> Member:
    return find_member(session(), community=community(), member_id=transfer.member_id) or abort(404)


def _book(
    form: MovingForm, wish: service.Wish, verb: Callable[[service.Wish], service.Moved]
) -> service.Moved | None:
    """Book what was shown before; anything else is only tried, so that a refusal comes before a question."""
    facts = (wish.member.id, wish.minutes, wish.name_hidden)
    return book_shown(form, facts, lambda: verb(wish), other=service.GivenAlready)


def _moving_page(
    template: str, form: MovingForm, pool: Pool, shown: service.Wish | None, **values: Any
) -> tuple[str, int]:
    """Show a form of hours; 422 where it was sent and nothing is booked yet."""
    preview = shown if shown is not None and not form.errors else None
    page, status = form_page(
        template,
        form,
        pool=pool,
        preview=preview,
        becomes=_balance(preview.member) if preview else 0,
        minutes=queries.minutes_in(session(), community(), pool),
        suggestions=[name for _id, name in names_to_suggest(session(), community=community())],
        away=away_names(session(), community=community()),
        **values,
    )
    return page, 422 if preview else status


def _balance(whose: Member) -> int:
    return ledger.balance(session(), hours_of(whose, community())).balance


def _gave(pool: Pool, moved: service.Moved, giver: Member) -> str:
    if moved.repeated:
        return str(_("This was given already, and once is enough."))
    facts = {"name": pool.name, "hours": in_words(moved.transfer.minutes)}
    if oneself() is not None and giver.id == oneself().id:
        facts["balance"] = signed(_balance(giver))
        return str(_("“%(name)s” was given %(hours)s. Your balance is now %(balance)s.", **facts))
    return str(_("“%(name)s” was given %(hours)s.", **facts))


def _granted(moved: service.Moved, receiver: Member) -> str:
    if moved.repeated:
        return str(_("This was granted already, and once is enough."))
    return str(
        _("%(name)s was granted %(hours)s.", name=receiver.name, hours=in_words(moved.transfer.minutes))
    )
