"""The sheets of receipts: worded once in the language of whoever paid, made as PDF, and kept as bytes."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from typing import Final

from flask_babel import force_locale
from flask_babel import gettext
from sqlalchemy.orm import Session

from timebank import clock
from timebank.communities.models import Community
from timebank.documents.models import Document
from timebank.documents.service import content_of
from timebank.documents.service import keep_pdf
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.i18n import day
from timebank.i18n import money
from timebank.paper import PaperRefused
from timebank.paper import make_pdf
from timebank.queue import NotDone
from timebank.queue import Task
from timebank.receipts.issuer import issuer_of
from timebank.receipts.issuer import tax_words_on
from timebank.receipts.models import FEE
from timebank.receipts.models import GIFT
from timebank.receipts.models import MEAL
from timebank.receipts.models import REFUND
from timebank.receipts.models import SUPPORTER_FEE
from timebank.receipts.models import TICKET
from timebank.receipts.models import Receipt
from timebank.receipts.models import ReceiptIssuer
from timebank.receipts.models import ReceiptLine
from timebank.receipts.models import ReceiptPaper
from timebank.receipts.queries import line_given_back
from timebank.receipts.queries import lines_of
from timebank.receipts.queries import notes_about
from timebank.receipts.service import left_of


def _(sentence: str, **facts: Any) -> str:
    """Say a sentence in the language of the sheet."""
    return str(gettext(sentence, **facts))


#: What each kind is called on its sheet, and what the money was paid as.
TITLES: Final = {
    GIFT: N_("Receipt for a gift"),
    FEE: N_("Receipt for a membership fee"),
    SUPPORTER_FEE: N_("Receipt for a supporter's fee"),
    TICKET: N_("Receipt for tickets"),
    MEAL: N_("Receipt for a meal"),
    REFUND: N_("Note of money given back"),
}
_PAID_AS: Final = {
    GIFT: N_("As a gift, for which nothing was given in return"),
    FEE: N_("As a membership fee"),
    SUPPORTER_FEE: N_("As a supporter's fee"),
    TICKET: N_("For tickets"),
    MEAL: N_("For a meal"),
}


#: What stands beside what it was paid for.
PURPOSES: Final = {GIFT: N_("Kept for"), TICKET: N_("Booklet")}
_ANY_PURPOSE: Final = N_("Plan and time")


class SheetNotSet(Refusal):
    """A sheet could not be set, which is a mistake of the program's."""

    sentence = N_(
        "The sheet could not be made just now. Every receipt is as it was issued, and nothing is lost. "
        "Please try again; if it happens again, tell whoever looks after the program."
    )
    status = 503


def make_paper(session: Session, task: Task) -> None:
    """Make the sheet of a receipt; what cannot be set is tried again, and then shown to officers."""
    receipt = session.get(Receipt, task.payload["receipt"])
    if receipt is None or receipt.community_id != task.community_id:
        return
    try:
        paper_of(session, receipt=receipt)
    except PaperRefused as refused:
        raise NotDone(N_("The sheet of a receipt could not be set.")) from refused


def find_paper(session: Session, *, receipt: Receipt) -> ReceiptPaper | None:
    """Find the sheet of a receipt; None where it is not made yet."""
    return session.get(ReceiptPaper, receipt.id)


def paper_of(session: Session, *, receipt: Receipt) -> ReceiptPaper:
    """Give the sheet of a receipt, and make it where nobody has; raises PaperRefused."""
    if found := find_paper(session, receipt=receipt):
        return found
    # Two pieces of work want the same sheet at once, to keep it and to send it: one makes it.
    session.get(ReceiptIssuer, receipt.community_id, with_for_update=True)
    if found := find_paper(session, receipt=receipt):
        return found
    community = session.get_one(Community, receipt.community_id)
    words = _words(session, receipt)
    content = make_pdf(
        "receipt",
        title=f"{words['title']} {receipt.label}",
        language=receipt.language,
        made_at=receipt.issued_at,
        papers=[words],
        pictures=_pictures(session, [receipt]),
    )
    paper = ReceiptPaper(
        receipt_id=receipt.id,
        community_id=receipt.community_id,
        document_id=keep_pdf(session, community=community, content=content).id,
        words=json.dumps(words, ensure_ascii=False),
        made_at=clock.now(),
    )
    session.add(paper)
    session.flush()
    return paper


def file_of(session: Session, *, paper: ReceiptPaper) -> bytes:
    """Give the bytes of a sheet as they were made."""
    _kind, content = content_of(session, community_id=paper.community_id, document_id=paper.document_id)
    return content


def print_sheets(
    session: Session, *, title: str, language: str, receipts: Sequence[tuple[Receipt, bool]], at: datetime
) -> bytes:
    """Set receipts into one file, a sheet each, worded as they were issued; a copy (True) says so.

    A copy names the notes, too, that there were when it was printed. Their sheets are made already.
    """
    papers = []
    notes = notes_about(session, [receipt for receipt, is_copy in receipts if is_copy])
    for receipt, is_copy in receipts:
        words = json.loads(session.get_one(ReceiptPaper, receipt.id).words)
        known = [one.label for one in notes.get(receipt.id, ()) if one.issued_at <= at]
        papers.append({**words, "mark": _copy(receipt.language, known) if is_copy else ""})
    return _set(
        title=title,
        language=language,
        papers=papers,
        pictures=_pictures(session, [receipt for receipt, _copy in receipts]),
    )


def sample(session: Session, *, community: Community, language: str) -> bytes:
    """Set a receipt with invented people and amounts, marked as a sample, as receipts will look here."""
    issuer = issuer_of(session, community=community)
    today = clock.today(community.time_zone)
    with force_locale(language):
        receipt = Receipt(
            year=today.year,
            number=1,
            kind=GIFT,
            language=language,
            issued_on=today,
            issuer=issuer.name if issuer else _("The name in law stands here"),
            seat=issuer.seat if issuer else _("The seat stands here"),
            stamp_id=issuer.stamp_id if issuer else None,
            payer=_("Hana Sample"),
            address=_("1-2-3 Example Street\nSample Town"),
            amount_minor=3000 if community.currency in {"JPY", "KRW"} else 3000_00,
            currency=community.currency,
            purpose=_("An example"),
            paid_on=today,
            tax_words=tax_words_on(session, community=community, day=today),
            community_id=community.id,
        )
        words = {**_words(session, receipt), "sample": True, "mark": _("Sample, not a receipt")}
        return _set(
            title=f"{words['title']} ({words['mark']})",
            language=language,
            papers=[words],
            pictures=_pictures(session, [receipt]),
        )


# --- the leaves ---------------------------------------------------------------------------------------------


def _set(*, title: str, language: str, papers: Sequence[Any], pictures: dict[str, bytes]) -> bytes:
    """Set sheets that somebody waits for; whoever does reads a sentence where that cannot be done."""
    try:
        return make_pdf(
            "receipt", title=title, language=language, made_at=clock.now(), papers=papers, pictures=pictures
        )
    except PaperRefused as refused:
        raise SheetNotSet from refused


def _words(session: Session, receipt: Receipt) -> dict[str, Any]:
    """Word a receipt in the language of whoever paid, as its sheet takes it."""
    with force_locale(receipt.language):
        return {
            "language": receipt.language,
            "title": _title(receipt),
            "address": receipt.address,
            "heads": [
                _("No. %(number)s", number=receipt.label),
                _("Issued on %(day)s", day=day(receipt.issued_on)),
            ],
            "mark": "",
            "sample": False,
            "payer": _payer(receipt),
            "amount": _amount(receipt),
            "facts": _facts(session, receipt),
            "gifts": _gifts(session, receipt),
            "sentence": _sentence(session, receipt),
            "issuer": receipt.issuer,
            "seat": receipt.seat,
            "stamp": str(receipt.stamp_id or ""),
            "stamp_says": _("Stamp of %(name)s", name=receipt.issuer),
            "tax": receipt.tax_words,
        }


def _title(receipt: Receipt) -> str:
    if receipt.of_year is not None:
        return _("Receipt for gifts in %(year)s", year=receipt.of_year)
    return _(TITLES[receipt.kind])


def _payer(receipt: Receipt) -> str:
    if receipt.kind == REFUND:
        return _("Given back to %(name)s", name=receipt.payer)
    return _("Received from %(name)s", name=receipt.payer)


def _amount(receipt: Receipt) -> str:
    told = money(receipt.amount_minor, receipt.currency)
    # As sums are written on paper in Japan, so that nobody adds a digit before or behind.
    return f"金{told}也" if receipt.language == "ja" and receipt.currency == "JPY" else told


def _facts(session: Session, receipt: Receipt) -> list[list[str]]:
    if receipt.kind == REFUND:
        about = session.get_one(Receipt, receipt.about_id)
        return [
            [_("Receipt"), _("No. %(number)s of %(day)s", number=about.label, day=day(about.issued_on))],
            [_("It says"), money(about.amount_minor, about.currency)],
            *_which_gift(session, receipt),
            [_("Given back on"), day(receipt.paid_on)],
        ]
    if receipt.of_year is not None:
        return [
            [_("Paid as"), _("As gifts, for which nothing was given in return")],
            [_("Paid in"), _("%(year)s, as it stands below gift by gift", year=receipt.of_year)],
        ]
    facts = [[_("Paid as"), _(_PAID_AS[receipt.kind])]]
    if receipt.purpose:
        facts.append([_(PURPOSES.get(receipt.kind, _ANY_PURPOSE)), receipt.purpose])
    facts.append([_("Paid on"), day(receipt.paid_on)])
    if receipt.kind == TICKET:
        # Nothing was done for it yet.
        facts.append([_("Tax"), _("None on tickets: it is in the help that is paid with them.")])
    return facts


def _which_gift(session: Session, note: Receipt) -> list[list[str]]:
    """Say which gift of a year went back; a note about one gift need not."""
    line = line_given_back(session, note=note)
    if line is None:
        return []
    told = _(
        "%(amount)s, paid on %(day)s", amount=money(line.amount_minor, note.currency), day=day(line.paid_on)
    )
    return [[_("Of the gift"), told]]


def _gifts(session: Session, receipt: Receipt) -> dict[str, Any] | None:
    """Word the list of a year's gifts, with what went back of them until the sheet was issued."""
    if receipt.of_year is None:
        return None
    return {
        "heading": _("The gifts of %(year)s", year=receipt.of_year),
        "number": _("Receipt No. %(number)s", number=receipt.label),
        "heads": [_("Paid on"), _("Kept for"), _("Amount")],
        "lines": [_line(one, receipt.currency) for one in lines_of(session, receipt=receipt)],
        "total": [_("Together"), money(receipt.amount_minor, receipt.currency)],
    }


def _line(line: ReceiptLine, currency: str) -> list[str]:
    purpose = line.purpose or _("Where it is needed most")
    if line.amount_minor < 0:
        # A minus that no reader takes for a hyphen.
        purpose, amount = _("Given back"), "−" + money(-line.amount_minor, currency)
    else:
        amount = money(line.amount_minor, currency)
    return [day(line.paid_on), purpose, amount]


def _sentence(session: Session, receipt: Receipt) -> str:
    if receipt.of_year is not None:
        return _("We have received these gifts, which are this amount together. Thank you.")
    if receipt.kind != REFUND:
        return _("We have received this amount. Thank you.")
    left = left_of(session, note=receipt)
    if left:
        return _(
            "This much of it was given back. The receipt counts for %(left)s from now on.",
            left=money(left, receipt.currency),
        )
    return _("All of it was given back. The receipt does not count any more.")


def _copy(language: str, notes: Sequence[str]) -> str:
    with force_locale(language):
        if not notes:
            return _("Copy")
        return f"{_('Copy')}\n{_('See note No. %(numbers)s', numbers=', '.join(notes))}"


def _pictures(session: Session, receipts: Sequence[Receipt]) -> dict[str, bytes]:
    """Fetch the stamps that stand on receipts, each once."""
    stamps = {one.stamp_id: one.community_id for one in receipts if one.stamp_id is not None}
    return {str(stamp): session.get_one(Document, stamp).content for stamp in sorted(stamps)}
