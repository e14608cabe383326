"""The pages on which a steward says who issues receipts, puts the stamp on them, and words for tax."""

from flask import Blueprint
from flask import Response
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from timebank import clock
from timebank.documents.service import content_of
from timebank.i18n import language
from timebank.i18n import say
from timebank.receipts import issuer
from timebank.receipts.forms import EndTaxWordsForm
from timebank.receipts.forms import IssuerForm
from timebank.receipts.forms import StampForm
from timebank.receipts.forms import TaxWordsForm
from timebank.receipts.models import TaxWords
from timebank.receipts.papers import SheetNotSet
from timebank.receipts.papers import sample as sample_of
from timebank.settings import LANGUAGES
from timebank.web import actor
from timebank.web import community
from timebank.web import form_page
from timebank.web import needs
from timebank.web import pdf
from timebank.web import refusals
from timebank.web import session

bp = Blueprint("receipt_settings", __name__)


@bp.get("/settings/receipts")
@needs("set-up-receipts")
def index() -> ResponseReturnValue:
    """Show who issues receipts, by which stamp, and what gifts say for the tax office."""
    return _index()


def _index(problem: str = "") -> str:
    return render_template(
        "receipts/settings.html",
        issuer=issuer.issuer_of(session(), community=community()),
        words=issuer.list_tax_words(session(), community=community()),
        today=clock.today(community().time_zone),
        problem=problem,
    )


@bp.route("/settings/receipts/issuer", methods=["GET", "POST"])
@needs("set-up-receipts")
def change() -> ResponseReturnValue:
    """Say who issues receipts."""
    known = issuer.issuer_of(session(), community=community())
    form = IssuerForm(obj=known) if known else IssuerForm(data={"seat": community().address})
    if form.validate_on_submit():
        with refusals(form):
            issuer.change_issuer(
                session(),
                community=community(),
                name=form.name.data or "",
                seat=form.seat.data or "",
                actor=actor(),
            )
            flash(_("It is saved. Receipts that were issued stay as they are."))
            return redirect(url_for(".index"), 303)
    return form_page("receipts/issuer.html", form, known=known)


@bp.route("/settings/receipts/stamp", methods=["GET", "POST"])
@needs("set-up-receipts")
def stamp() -> ResponseReturnValue:
    """Put a picture of the stamp on receipts."""
    form = StampForm()
    if form.validate_on_submit():
        with refusals(form):
            issuer.put_stamp(session(), community=community(), picture=form.content(), actor=actor())
            flash(_("The stamp stands on receipts from now on. Please look at the sample."))
            return redirect(url_for(".index"), 303)
    return form_page("receipts/stamp.html", form)


@bp.get("/settings/receipts/stamp/<int:stamp_id>")
@needs("set-up-receipts")
def picture(stamp_id: int) -> ResponseReturnValue:
    """Give the picture of a stamp that stands on receipts, or stood on them."""
    if not issuer.is_stamp(session(), community=community(), document_id=stamp_id):
        abort(404)
    kind, content = content_of(session(), community_id=community().id, document_id=stamp_id)
    return Response(content, mimetype=kind)


@bp.post("/settings/receipts/stamp/off")
@needs("set-up-receipts")
def stamp_off() -> ResponseReturnValue:
    """Let receipts go without a stamp."""
    if issuer.issuer_of(session(), community=community()) is not None:
        issuer.take_stamp_off(session(), community=community(), actor=actor())
    flash(_("Receipts go without a stamp from now on."))
    return redirect(url_for(".index"), 303)


@bp.route("/settings/receipts/words", methods=["GET", "POST"])
@needs("set-up-receipts")
def add_words() -> ResponseReturnValue:
    """Write what receipts for gifts say for the tax office."""
    form = TaxWordsForm()
    if form.validate_on_submit():
        with refusals(form):
            issuer.add_tax_words(
                session(),
                community=community(),
                words=form.words.data or "",
                valid_from=form.valid_from.data,
                valid_until=form.valid_until.data,
                actor=actor(),
            )
            flash(_("It is saved. Receipts that were issued stay as they are."))
            return redirect(url_for(".index"), 303)
    return form_page("receipts/words.html", form)


@bp.route("/settings/receipts/words/<int:words_id>/end", methods=["GET", "POST"])
@needs("set-up-receipts")
def end_words(words_id: int) -> ResponseReturnValue:
    """Say until which day words hold."""
    row = _words(words_id)
    form = EndTaxWordsForm(data={"valid_until": row.valid_until or clock.today(community().time_zone)})
    if form.validate_on_submit():
        with refusals(form):
            issuer.end_tax_words(
                session(),
                community=community(),
                row=row,
                last_day=form.valid_until.data,
                actor=actor(),
            )
            flash(_("It is saved. Receipts that were issued stay as they are."))
            return redirect(url_for(".index"), 303)
    return form_page("receipts/end_words.html", form, row=row)


@bp.get("/settings/receipts/sample.pdf")
@needs("set-up-receipts")
def sample() -> ResponseReturnValue:
    """Show how a receipt looks, with invented people and amounts."""
    asked = request.args.get("language", "")
    wanted = asked if asked in LANGUAGES else language()
    try:
        content = sample_of(session(), community=community(), language=wanted)
    except SheetNotSet as refused:
        return _index(say(refused)), refused.status
    return pdf(content, name="sample.pdf")


def _words(words_id: int) -> TaxWords:
    """Find words of this community; another community's are simply not there."""
    return issuer.find_tax_words(session(), community=community(), words_id=words_id) or abort(404)
