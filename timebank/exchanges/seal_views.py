"""The proof that an exchange is under a seal: a page to read and print, and a file to check elsewhere."""

from flask import Blueprint
from flask import Response
from flask import abort
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import ledger
from timebank import clock
from timebank.exchanges.queries import Shown
from timebank.exchanges.seeing import find_seen
from timebank.web import community
from timebank.web import needs
from timebank.web import session

bp = Blueprint("seals", __name__)

#: An exchange has one entry in the books; one that was taken back has two.
ENTRY, REVERSAL = "entry", "reversal"


@bp.get("/exchanges/<int:exchange_id>/seal")
@needs("see-home")
def of_entry(exchange_id: int) -> ResponseReturnValue:
    """Show what proves that an exchange is under a seal, to those who took part in it, and to officers."""
    return _page(exchange_id, ENTRY)


@bp.get("/exchanges/<int:exchange_id>/seal-of-reversal")
@needs("see-home")
def of_reversal(exchange_id: int) -> ResponseReturnValue:
    """Show what proves that the taking back of an exchange is under a seal."""
    return _page(exchange_id, REVERSAL)


@bp.get("/exchanges/<int:exchange_id>/seal.json")
@needs("see-home")
def file_of_entry(exchange_id: int) -> ResponseReturnValue:
    """Give the proof of an exchange as a file, for `timebank verify-proof`."""
    return _file(exchange_id, ENTRY)


@bp.get("/exchanges/<int:exchange_id>/seal-of-reversal.json")
@needs("see-home")
def file_of_reversal(exchange_id: int) -> ResponseReturnValue:
    """Give the proof of its taking back as a file."""
    return _file(exchange_id, REVERSAL)


def _page(exchange_id: int, which: str) -> ResponseReturnValue:
    shown = find_seen(exchange_id)
    found = _proof_of(shown, which)
    back = url_for("exchanges.show", exchange_id=exchange_id)
    if found is None:
        flash(_("This is not under a seal yet. As a rule, what was booked is sealed once a day."))
        return redirect(back, 303)
    return render_template(
        "print/seal.html",
        shown=shown,
        of_reversal=which == REVERSAL,
        proof=found,
        file=url_for(f".file_of_{which}", exchange_id=exchange_id),
        file_name=_file_name(exchange_id, which),
        back=back,
        printed=clock.now(),
    )


def _file(exchange_id: int, which: str) -> ResponseReturnValue:
    found = _proof_of(find_seen(exchange_id), which) or abort(404)
    disposition = f'attachment; filename="{_file_name(exchange_id, which)}"'
    return Response(found.text(), mimetype="application/json", headers={"Content-Disposition": disposition})


def _file_name(exchange_id: int, which: str) -> str:
    return f"seal-{exchange_id}-{which}.json"


def _proof_of(shown: Shown, which: str) -> ledger.InclusionProof | None:
    """Find the proof of an exchange's entry or of its reversal; None where that is under no seal yet."""
    exchange = shown.exchange
    entry_id = exchange.entry_id if which == ENTRY else exchange.reversal_id
    if entry_id is None:
        abort(404)
    try:
        return ledger.inclusion_proof(session(), book_id=community().book_id, entry_id=entry_id)
    except ledger.EntryNotSealed:
        return None
