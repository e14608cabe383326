"""The treasurer's page of receipts for a year: who waits for one, and issuing them once the year is over."""

from flask import Blueprint
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from timebank.donations import year_sheets
from timebank.donations.queries import find_gift
from timebank.donations.queries import sums
from timebank.donations.queries import this_year
from timebank.donations.queries import years_of_gifts
from timebank.errors import Refusal
from timebank.i18n import say
from timebank.receipts.issuer import issuer_of
from timebank.receipts.queries import list_of_year
from timebank.web import actor
from timebank.web import community
from timebank.web import needs
from timebank.web import session

bp = Blueprint("year_sheets", __name__)

#: More names than anybody looks through; the button issues all of them.
MOST_LISTED = 200


@bp.get("/money/givers/<int:gift_year>/receipts")
@needs("see-money")
def show(gift_year: int) -> ResponseReturnValue:
    """Show who waits for a receipt for a year, and those that are issued."""
    return _page(gift_year)


@bp.post("/money/givers/<int:gift_year>/receipts")
@needs("print-receipts")
def issue_all(gift_year: int) -> ResponseReturnValue:
    """Issue the receipts of a year for everybody who waits for one."""
    return _issued(gift_year, None)


@bp.post("/money/givers/<int:gift_year>/receipts/<int:gift_id>")
@needs("print-receipts")
def issue_one(gift_year: int, gift_id: int) -> ResponseReturnValue:
    """Issue the receipt of a year on which a gift stands, before those of others."""
    gift = find_gift(session(), community=community(), gift_id=gift_id)
    if gift is None or gift.donation.given_on is None or gift.donation.given_on.year != gift_year:
        abort(404)
    return _issued(gift_year, gift_id)


# --- the leaves ---------------------------------------------------------------------------------------------


def _check_year(year: int) -> None:
    """Find a year in which something was given here; another one has no such page."""
    if not 1 <= year <= this_year(community()) or year not in years_of_gifts(
        session(), community=community()
    ):
        abort(404)


def _issued(year: int, gift_id: int | None) -> ResponseReturnValue:
    _check_year(year)
    try:
        issued = year_sheets.issue_year(
            session(), community=community(), year=year, actor=actor(), gift_id=gift_id
        )
    except year_sheets.NothingForYear as nothing:
        # Sent twice, or two treasurers at once; of one giver others may still wait.
        there = gift_id is not None
        flash(_("This receipt was issued in the meantime.") if there else say(nothing), "warn")
        return redirect(url_for(".show", gift_year=year), 303)
    except Refusal as refused:
        return _page(year, say(refused)), refused.status
    flash(ngettext("%(num)d receipt is issued.", "%(num)d receipts are issued.", len(issued)))
    return redirect(url_for(".show", gift_year=year), 303)


def _page(year: int, problem: str = "") -> str:
    _check_year(year)
    here = community()
    waiting = year_sheets.waiting(session(), community=here, year=year)
    issued = list_of_year(session(), community=here, of_year=year, limit=MOST_LISTED + 1)
    return render_template(
        "donations/year_sheets.html",
        year=year,
        waiting=waiting[:MOST_LISTED],
        count=len(waiting),
        sums=sums(gift for one in waiting for gift in one.gifts),
        issued=issued[:MOST_LISTED],
        more_issued=len(issued) > MOST_LISTED,
        over=year_sheets.is_over(here, year),
        by_itself=year_sheets.by_itself_from(year),
        issuer=issuer_of(session(), community=here),
        problem=problem,
    )
