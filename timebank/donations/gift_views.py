"""The treasurer's pages of gifts: all of a year, one of them, and those that are written down by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.donations import by_hand
from timebank.donations import in_kind
from timebank.donations import queries
from timebank.donations.gift_forms import ALL
from timebank.donations.gift_forms import WAY_LABELS
from timebank.donations.gift_forms import ByHandForm
from timebank.donations.gift_forms import GiftFilterForm
from timebank.donations.gift_forms import InKindForm
from timebank.donations.gift_forms import TakeBackGiftForm
from timebank.donations.kept import kept_by
from timebank.donations.queries import KIND
from timebank.donations.queries import Gift
from timebank.donations.queries import InKind
from timebank.donations.receipting import ask_for_receipt
from timebank.donations.receipting import receipt_of_gift
from timebank.donations.receipting import source_of_gift
from timebank.donations.receipting import wish_for_year
from timebank.funds.models import Fund
from timebank.funds.queries import list_funds
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.members.queries import names_to_suggest
from timebank.receipts.forms import ReceiptForm
from timebank.receipts.issuer import issuer_of
from timebank.receipts.queries import notes_of_one
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("gifts", __name__)

#: Longer lists are looked through by the way gifts came.
MOST_LISTED = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the list: a gift of money, or one in kind."""

    given_on: date
    money: Gift | None
    in_kind: InKind | None


@bp.get("/money/gifts")
@needs("see-money")
def index() -> ResponseReturnValue:
    """List the gifts of a year, by all ways together or by one."""
    here = community()
    offered = {*queries.years_of_gifts(session(), community=here), queries.this_year(here)}
    form = GiftFilterForm(sorted(offered, reverse=True), formdata=request.args)
    good = form.validate()
    year = form.year.data if good else queries.this_year(here)
    way = form.way.data if good else ALL
    money = queries.list_gifts(session(), community=here, year=year)
    kind = queries.list_in_kind(session(), community=here, year=year)
    lines = _together([one for one in money if way in {ALL, one.way}], kind if way in {ALL, KIND} else [])
    return form_page(
        "donations/gifts.html",
        form,
        year=year,
        way=way,
        lines=lines[:MOST_LISTED],
        cut=len(lines) > MOST_LISTED,
        sums=queries.sums_by_way(money),
        totals=queries.sums(one for one in money if not one.taken_back),
        ways=WAY_LABELS,
    )


@bp.route("/money/gifts/new", methods=["GET", "POST"])
@needs("write-down-gifts")
def write_down() -> ResponseReturnValue:
    """Write down a gift that came in cash or by transfer."""
    form = ByHandForm(funds=_funds(), given_on=clock.today(community().time_zone))
    if form.validate_on_submit():
        with refusals(form):
            try:
                gift = by_hand.write_down(session(), community=community(), gift=form.gift(), actor=actor())
            except by_hand.WrittenBefore:
                form.renew_key()
                raise
            flash(_("The gift is written down, and stands in the books."))
            return redirect(url_for(".show", gift_id=gift.id), 303)
    return form_page("donations/write_down.html", form, suggestions=_suggestions())


@bp.get("/money/gifts/<int:gift_id>")
@needs("see-money")
def show(gift_id: int) -> ResponseReturnValue:
    """Tell everything of a gift of money, down to its entry in the books."""
    gift = _gift(gift_id)
    receipt = receipt_of_gift(session(), donation=gift.donation)
    source = source_of_gift(gift.donation, gift.payment)
    return render_template(
        "donations/gift.html",
        gift=gift,
        ways=WAY_LABELS,
        member=_member(gift.donation.member_id),
        receipt=receipt,
        notes=notes_of_one(session(), receipt=receipt, source=source) if receipt else (),
        kept=kept_by(session(), donation=gift.donation),
    )


@bp.route("/money/gifts/<int:gift_id>/receipt", methods=["GET", "POST"])
@needs("print-receipts")
def receipt(gift_id: int) -> ResponseReturnValue:
    """Issue the receipt of a gift, where whoever gave asks for one; it then waits to be printed."""
    gift = _gift(gift_id)
    there = receipt_of_gift(session(), donation=gift.donation)
    if there is None and gift.taken_back:
        abort(404)
    form = ReceiptForm(data={"name": gift.donation.name, "address": gift.donation.address})
    if there is None and form.validate_on_submit():
        with refusals(form):
            there = ask_for_receipt(
                session(),
                donation=gift.donation,
                payment=gift.payment,
                name=form.name.data or "",
                address=form.address.data or "",
                actor=actor(),
            )
            flash(_("The receipt is issued."))
    if there is not None:
        return redirect(url_for("receipts.show", receipt_id=there.id), 303)
    return form_page(
        "donations/issue_receipt.html", form, gift=gift, issuer=issuer_of(session(), community=community())
    )


@bp.route("/money/gifts/<int:gift_id>/receipt-for-year", methods=["GET", "POST"])
@needs("print-receipts")
def receipt_for_year(gift_id: int) -> ResponseReturnValue:
    """Have a gift wait for the receipt of its year, where whoever gave wishes it so."""
    gift = _gift(gift_id)
    if gift.taken_back:
        abort(404)
    if gift.donation.receipt_for_year:
        return redirect(url_for(".show", gift_id=gift_id), 303)
    form = ReceiptForm(data={"name": gift.donation.name, "address": gift.donation.address})
    if form.validate_on_submit():
        with refusals(form):
            wish_for_year(
                session(),
                donation=gift.donation,
                payment=gift.payment,
                name=form.name.data or "",
                address=form.address.data or "",
            )
            flash(_("The gift waits for the receipt of its year."))
            return redirect(url_for(".show", gift_id=gift_id), 303)
    return form_page("donations/receipt_for_year.html", form, gift=gift)


@bp.route("/money/gifts/<int:gift_id>/take-back", methods=["GET", "POST"])
@needs("write-down-gifts")
def take_back(gift_id: int) -> ResponseReturnValue:
    """Take back a gift that was written down by mistake."""
    gift, form = _gift(gift_id), TakeBackGiftForm()
    if gift.by_hand is None:
        raise by_hand.NotByHand
    if form.validate_on_submit():
        with refusals(form):
            by_hand.take_back(
                session(),
                community=community(),
                donation=gift.donation,
                reason=form.reason.data or "",
                actor=actor(),
            )
            flash(_("It is taken back."))
            return redirect(url_for(".show", gift_id=gift_id), 303)
    elif gift.taken_back:
        return redirect(url_for(".show", gift_id=gift_id), 303)
    return form_page("donations/take_back.html", form, gift=gift, ways=WAY_LABELS)


@bp.route("/money/gifts/in-kind/new", methods=["GET", "POST"])
@needs("write-down-gifts")
def write_down_in_kind() -> ResponseReturnValue:
    """Write down a gift that is no money."""
    form = InKindForm(funds=_funds(), given_on=clock.today(community().time_zone))
    if form.validate_on_submit():
        with refusals(form):
            try:
                gift = in_kind.write_down_in_kind(
                    session(), community=community(), gift=form.gift(), actor=actor()
                )
            except by_hand.WrittenBefore:
                form.renew_key()
                raise
            flash(_("The gift is written down."))
            return redirect(url_for(".show_in_kind", kind_gift_id=gift.id), 303)
    return form_page("donations/write_down_in_kind.html", form, suggestions=_suggestions())


@bp.get("/money/gifts/in-kind/<int:kind_gift_id>")
@needs("see-money")
def show_in_kind(kind_gift_id: int) -> ResponseReturnValue:
    """Tell everything of a gift in kind."""
    found = _in_kind(kind_gift_id)
    return render_template("donations/gift_in_kind.html", found=found, member=_member(found.gift.member_id))


@bp.route("/money/gifts/in-kind/<int:kind_gift_id>/take-back", methods=["GET", "POST"])
@needs("write-down-gifts")
def take_back_in_kind(kind_gift_id: int) -> ResponseReturnValue:
    """Take back a gift in kind that was written down by mistake."""
    found, form = _in_kind(kind_gift_id), TakeBackGiftForm()
    if form.validate_on_submit():
        with refusals(form):
            in_kind.take_back_in_kind(session(), gift=found.gift, reason=form.reason.data or "")
            flash(_("It is taken back."))
            return redirect(url_for(".show_in_kind", kind_gift_id=kind_gift_id), 303)
    elif found.gift.taken_back_because is not None:
        return redirect(url_for(".show_in_kind", kind_gift_id=kind_gift_id), 303)
    return form_page("donations/take_back_in_kind.html", form, found=found)


# --- the leaves ---------------------------------------------------------------------------------------------


def _gift(gift_id: int) -> Gift:
    """Find a gift of this community; another community's is simply not there."""
    return queries.find_gift(session(), community=community(), gift_id=gift_id) or abort(404)


def _in_kind(gift_id: int) -> InKind:
    return queries.find_in_kind(session(), community=community(), gift_id=gift_id) or abort(404)


def _member(member_id: int | None) -> Member | None:
    if member_id is None:
        return None
    return find_member(session(), community=community(), member_id=member_id)


def _funds() -> Sequence[Fund]:
    return list_funds(session(), community=community())


def _suggestions() -> list[str]:
    return [name for _id, name in names_to_suggest(session(), community=community())]


def _together(money: Sequence[Gift], kind: Sequence[InKind]) -> list[Line]:
    """Put both into one list, the newest first."""
    lines = [
        *(Line(one.donation.given_on, one, None) for one in money if one.donation.given_on),
        *(Line(one.gift.given_on, None, one) for one in kind),
    ]
    return sorted(lines, key=lambda line: line.given_on, reverse=True)
