"""The pages on which a steward says who provides the help, and what an hour costs from which day on."""

from datetime import date
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

from timebank import clock
from timebank.communities.models import HelpKind
from timebank.communities.service import list_kinds
from timebank.errors import Refusal
from timebank.i18n import day
from timebank.i18n import say
from timebank.rates import queries
from timebank.rates import service
from timebank.rates.forms import ITEM_LABELS
from timebank.rates.forms import PROVIDER_LABELS
from timebank.rates.forms import TAX_LABELS
from timebank.rates.forms import KeepingForm
from timebank.rates.forms import RateForm
from timebank.rates.forms import TermsForm
from timebank.rates.forms import as_typed
from timebank.rates.keeping import write_about_keeping
from timebank.rates.keeping import written_about_keeping
from timebank.rates.models import SupportTerms
from timebank.rates.rules import LATE_HOURS
from timebank.rates.service import facts_of
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("rate_settings", __name__)


@bp.get("/settings/support")
@needs("keep-rates")
def index() -> ResponseReturnValue:
    """Show who provides the help, what an hour costs, and what was and will be."""
    return _page()


@bp.route("/settings/support/terms", methods=["GET", "POST"])
@needs("keep-rates")
def set_terms() -> ResponseReturnValue:
    """Say who provides the help from a day on."""
    here = community()
    known = next(iter(queries.list_terms(session(), community=here)), None)
    form = TermsForm(data=_as_typed(known))
    if form.validate_on_submit():
        with refusals(form):
            terms = service.set_terms(session(), community=here, terms=form.terms(), actor=actor())
            flash(_("It is saved, and holds from %(day)s on.", day=day(terms.starts_on)))
            return redirect(url_for(".index"), 303)
    return form_page("rates/terms.html", form)


@bp.post("/settings/support/terms/<int:terms_id>/drop")
@needs("keep-rates")
def drop_terms(terms_id: int) -> ResponseReturnValue:
    """Take back terms that have not begun."""
    terms = queries.find_terms(session(), community=community(), terms_id=terms_id) or abort(404)
    try:
        service.drop_terms(session(), community=community(), terms=terms)
    except Refusal as refused:
        return _page(refused)
    flash(_("It is taken back."))
    return redirect(url_for(".index"), 303)


@bp.route("/settings/support/rates/new", methods=["GET", "POST"])
@needs("keep-rates")
def set_rate() -> ResponseReturnValue:
    """Say what an hour of a kind of help costs from a day on; the form begins with what holds."""
    kind = _kind(request.args.get("kind", 0, type=int))
    form = RateForm(list_kinds(session(), community=community()), data=_known(kind))
    if form.validate_on_submit():
        with refusals(form):
            rate = service.set_rate(
                session(),
                community=community(),
                kind=_kind(form.kind.data),
                facts=form.facts(),
                actor=actor(),
            )
            flash(_("It is saved, and holds from %(day)s on.", day=day(rate.starts_on)))
            return redirect(url_for(".index"), 303)
    return form_page("rates/rate.html", form)


@bp.post("/settings/support/rates/<int:rate_id>/drop")
@needs("keep-rates")
def drop_rate(rate_id: int) -> ResponseReturnValue:
    """Take back a rate that has not begun."""
    rate = queries.find_rate(session(), community=community(), rate_id=rate_id) or abort(404)
    try:
        service.drop_rate(session(), community=community(), rate=rate.row)
    except Refusal as refused:
        return _page(refused)
    flash(_("It is taken back."))
    return redirect(url_for(".index"), 303)


@bp.route("/settings/support/kept", methods=["GET", "POST"])
@needs("keep-rates")
def keeping() -> ResponseReturnValue:
    """Write what stands on statements about hours that are kept for later."""
    here = community()
    form = KeepingForm(words=written_about_keeping(session(), community=here))
    if form.validate_on_submit():
        with refusals(form):
            write_about_keeping(session(), community=here, words=form.words.data or "", actor=actor())
            flash(_("It is saved."))
            return redirect(url_for(".index"), 303)
    return form_page("rates/keeping.html", form)


# --- the leaves ---------------------------------------------------------------------------------------------


def _page(refused: Refusal | None = None) -> ResponseReturnValue:
    here = community()
    terms = queries.terms_today(session(), community=here)
    page = render_template(
        "rates/settings.html",
        terms=terms,
        all_terms=queries.list_terms(session(), community=here),
        rates=queries.list_rates(session(), community=here),
        today=_today(),
        near=lambda rate: queries.is_near(terms, rate),
        tickets=terms is not None and queries.may_issue_tickets(terms),
        providers=PROVIDER_LABELS,
        items=ITEM_LABELS,
        taxes=TAX_LABELS,
        keeping=written_about_keeping(session(), community=here),
        problem=say(refused) if refused else "",
    )
    return page, refused.status if refused else 200


def _kind(kind_id: int) -> HelpKind | None:
    # Among those that there are: an address may hold any number.
    kinds = list_kinds(session(), community=community(), retired=True)
    return next((one for one in kinds if one.id == kind_id), None)


def _known(kind: HelpKind | None) -> dict[str, Any]:
    """Begin with the newest rate there is, so that only what is new has to be written."""
    here = community()
    rates = queries.list_rates(session(), community=here)
    found = [
        one for priced in rates if priced.kind is kind for one in (*priced.later[::-1], priced.now) if one
    ]
    if not found:
        return {"kind": kind.id if kind else 0, "starts_on": _today()}
    return as_typed(facts_of(found[0]), kind_id=kind.id if kind else None, starts_on=None)


def _today() -> date:
    return clock.today(community().time_zone)


def _as_typed(known: SupportTerms | None) -> dict[str, Any]:
    """Fill the form with the newest terms; what is nought is left empty, as it is typed."""
    if known is None:
        return {"starts_on": _today(), "late_hours": LATE_HOURS}
    return {
        "starts_on": max(known.starts_on, _today()),
        "provider": known.provider,
        "registration": known.registration,
        "late_hours": known.late_hours,
        "wage": known.wage_minor,
        "general_pays": known.general_pays,
        "standard": known.standard_permille or None,
        "reduced": known.reduced_permille or None,
        "tax_number": known.tax_number,
    }
