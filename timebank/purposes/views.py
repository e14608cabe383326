"""The treasurer's pages about another purpose: asking, how the answers stand, settling, handing back."""

from dataclasses import dataclass
from dataclasses import replace
from datetime import timedelta

from flask import Blueprint
from flask import abort
from flask import current_app
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.donations.handing_back import HandedBack
from timebank.donations.handing_back import hand_back as hand_back_gift
from timebank.donations.kept import holds
from timebank.donations.kept import owed
from timebank.donations.models import TRANSFER
from timebank.donations.queries import Gift
from timebank.donations.queries import find_gift
from timebank.funds.models import ASKED
from timebank.funds.models import Fund
from timebank.funds.queries import Change
from timebank.funds.queries import find_change
from timebank.funds.queries import find_fund
from timebank.funds.queries import list_funds
from timebank.funds.queries import open_change
from timebank.paper import qr_code
from timebank.purposes import queries
from timebank.purposes import service
from timebank.purposes.forms import ANSWER_LABELS
from timebank.purposes.forms import HEARD_LABELS
from timebank.purposes.forms import AskForm
from timebank.purposes.forms import HandBackForm
from timebank.purposes.forms import ToldForm
from timebank.purposes.models import AGREED
from timebank.purposes.models import BACK
from timebank.purposes.queries import Giver
from timebank.purposes.settling import parts
from timebank.purposes.settling import settle as settle_change
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("purposes", __name__)

#: How long givers have to answer, unless the treasurer says otherwise.
_A_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Somebody who is asked, as the page lists them."""

    giver: Giver
    #: What is left of theirs, or was when it was settled.
    left: int
    by_mail: bool
    #: What still waits to be given back, gift by gift.
    waiting: list[tuple[Gift, int]]


@bp.route("/funds/<int:fund_id>/purpose", methods=["GET", "POST"])
@needs("change-purposes")
def ask(fund_id: int) -> ResponseReturnValue:
    """Write down a decision, and ask those who gave."""
    fund: Fund = find_fund(session(), community=community(), fund_id=fund_id) or abort(404)
    today = clock.today(community().time_zone)
    form = AskForm(
        funds=list_funds(session(), community=community()), decided_on=today, answer_by=today + _A_MONTH
    )
    if form.validate_on_submit():
        with refusals(form):
            change = service.ask(
                session(), community=community(), fund=fund, decision=form.decided(), actor=actor()
            )
            flash(
                _("Those who gave are asked. Who has no address for mail gets a letter on paper: print it.")
            )
            return redirect(url_for(".show", change_id=change.id), 303)
    elif fund.ended_on is None:
        return redirect(url_for("funds.index"), 303)
    elif there := open_change(session(), fund=fund):
        return redirect(url_for(".show", change_id=there.id), 303)
    left = holds(session(), community=community(), fund=fund)
    return form_page("purposes/ask.html", form, fund=fund, left=left)


@bp.get("/money/purposes/<int:change_id>")
@needs("see-money")
def show(change_id: int) -> ResponseReturnValue:
    """Show how the answers stand, what will be done, and what still waits to be given back."""
    found = _change(change_id)
    lines = _lines(found)
    sums = {
        said: sum(one.left for one in lines if one.giver.row.answer == said) for said in (AGREED, BACK, None)
    }
    return render_template(
        "purposes/show.html",
        found=found,
        lines=lines,
        agreed=sums[AGREED],
        back=sums[BACK],
        silent=sums[None],
        holds=holds(session(), community=community(), fund=found.fund),
        can_settle=service.can_settle(session(), community=community(), change=found.change),
        answers=ANSWER_LABELS,
        heards=HEARD_LABELS,
    )


@bp.get("/money/purposes/<int:change_id>/letters")
@needs("change-purposes")
def letters(change_id: int) -> ResponseReturnValue:
    """Print a letter for everybody who is not reached by mail, and has not answered yet."""
    found = _change(change_id)
    lines = [one for one in _lines(found) if not one.by_mail and one.giver.row.answer is None]
    base = current_app.config["TIMEBANK_BASE_URL"]
    sheets = []
    for one in lines if found.change.state == ASKED else ():
        address = base + url_for("purpose_answers.show", purpose_token=one.giver.row.token)
        sheets.append((one, address, qr_code(address)))
    return render_template(
        "print/purpose_letters.html",
        found=found,
        sheets=sheets,
        back=url_for(".show", change_id=change_id),
        today=clock.today(community().time_zone),
    )


@bp.route("/money/purposes/<int:change_id>/givers/<int:purpose_giver_id>", methods=["GET", "POST"])
@needs("change-purposes")
def told(change_id: int, purpose_giver_id: int) -> ResponseReturnValue:
    """Write down what a giver has answered on paper, by telephone or in person."""
    found = _change(change_id)
    row = queries.find_giver(session(), change=found.change, giver_id=purpose_giver_id) or abort(404)
    if found.change.state != ASKED:
        return redirect(url_for(".show", change_id=change_id), 303)
    form = ToldForm(data={"answer": row.answer, "heard": row.heard})
    if form.validate_on_submit():
        with refusals(form):
            service.answer(
                session(),
                community=community(),
                giver=row,
                said=form.answer.data,
                heard=form.heard.data,
                actor=replace(actor(), how=form.heard.data),
            )
            flash(_("The answer is written down."))
            return redirect(url_for(".show", change_id=change_id), 303)
    giver = queries.giver_of(session(), community=community(), row=row)
    return form_page("purposes/told.html", form, found=found, giver=giver)


@bp.post("/money/purposes/<int:change_id>/settle")
@needs("change-purposes")
def settle(change_id: int) -> ResponseReturnValue:
    """Do as was answered."""
    found = _change(change_id)
    settle_change(session(), community=community(), change=found.change, actor=actor())
    flash(_("It is done as was answered."))
    return redirect(url_for(".show", change_id=change_id), 303)


@bp.post("/money/purposes/<int:change_id>/give-up")
@needs("change-purposes")
def give_up(change_id: int) -> ResponseReturnValue:
    """Ask no longer; everything stays where it is."""
    service.give_up(session(), change=_change(change_id).change, actor=actor())
    flash(_("Nobody is asked any more. Everything stays in the fund."))
    return redirect(url_for("funds.index"), 303)


@bp.route("/money/purposes/hand-back/<int:gift_id>", methods=["GET", "POST"])
@needs("change-purposes")
def hand_back(gift_id: int) -> ResponseReturnValue:
    """Hand back what was left of a gift, in cash or by transfer."""
    gift = find_gift(session(), community=community(), gift_id=gift_id) or abort(404)
    amount = owed(session(), community=community(), ids=[gift_id]).get(gift_id, 0)
    if not amount:
        if request.method == "POST":
            flash(_("That it went back was written down in the meantime. This is how it stands."), "warn")
        return redirect(url_for("gifts.show", gift_id=gift_id), 303)
    way = gift.by_hand.way if gift.by_hand else TRANSFER
    form = HandBackForm(way=way, handed_on=clock.today(community().time_zone))
    if form.validate_on_submit():
        with refusals(form):
            handed = HandedBack(way=form.way.data, handed_on=form.handed_on.data)
            hand_back_gift(
                session(), community=community(), donation=gift.donation, handed=handed, actor=actor()
            )
            flash(_("It is written down, and left what lay apart."))
            return redirect(url_for("gifts.show", gift_id=gift_id), 303)
    return form_page("purposes/hand_back.html", form, gift=gift, amount=amount)


# --- the leaves ---------------------------------------------------------------------------------------------


def _change(change_id: int) -> Change:
    """Find what was decided here; what another community decided is simply not there."""
    return find_change(session(), community=community(), change_id=change_id) or abort(404)


def _lines(found: Change) -> list[Line]:
    """List everybody who is asked with what is left of theirs."""
    left: dict[int, int] = {}
    for row, _said, part in parts(session(), community=community(), change=found.change, fund=found.fund):
        left[row.giver_id] = left.get(row.giver_id, 0) + part
    givers = queries.givers_of(session(), community=community(), change=found.change)
    waiting = owed(session(), community=community(), ids=queries.ids_asked(found.change))
    return [
        Line(
            giver=giver,
            left=left.get(giver.row.id, 0),
            by_mail=queries.reached_at(session(), community=community(), giver=giver) is not None,
            waiting=[(one, waiting[one.donation.id]) for one in giver.gifts if one.donation.id in waiting],
        )
        for giver in givers
    ]
