"""The page for everybody: what help costs here, and what a visit would cost."""

from flask import Blueprint
from flask import abort
from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.communities.service import find_kind
from timebank.communities.service import list_kinds
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.rates import queries
from timebank.rates.forms import ITEM_LABELS
from timebank.rates.forms import TAX_LABELS
from timebank.rates.forms import VisitForm
from timebank.rates.pricing import Price
from timebank.rates.pricing import price_of
from timebank.web import community
from timebank.web import form_page
from timebank.web import open_to_all
from timebank.web import session
from timebank.web import show_refusal

bp = Blueprint("rates", __name__)


@bp.get("/support/")
@open_to_all
def index() -> ResponseReturnValue:
    """Show what an hour of each kind of help costs, and work out what a visit would."""
    here = community()
    terms = queries.terms_today(session(), community=here) or abort(404)
    kinds = list_kinds(session(), community=here)
    asked = "hours" in request.args
    today = clock.today(here.time_zone)
    form = VisitForm(kinds, formdata=request.args if asked else None, data={"day": today})
    price = _price(form) if asked and form.validate() else None
    return form_page(
        "rates/index.html",
        form,
        price=price,
        terms=terms,
        rates=queries.list_rates(session(), community=here),
        items=ITEM_LABELS,
        taxes=TAX_LABELS,
    )


def public_pages(session_: Session, here: Community) -> list[tuple[str, str]]:
    """Name the page that stands at the foot of every page, where help is paid."""
    if queries.terms_today(session_, community=here) is None:
        return []
    return [("rates.index", N_("What help costs"))]


# --- the leaves ---------------------------------------------------------------------------------------------


def _price(form: VisitForm) -> Price | None:
    """Work out what was asked for: nothing where it is for hours only, or where it cannot be told."""
    try:
        return _of(form)
    except Refusal as refused:
        show_refusal(form, refused)
        return None


def _of(form: VisitForm) -> Price:
    here, visit = community(), form.visit()
    kind = find_kind(session(), community=here, kind_id=form.kind.data) if form.kind.data else None
    if queries.terms_on(session(), community=here, day=visit.worked_on) is None:
        return Price(())
    rate = queries.rate_on(session(), community=here, kind=kind, day=visit.worked_on)
    return Price(()) if rate is None else price_of(rate, visit)
