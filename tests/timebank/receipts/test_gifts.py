"""A gift's receipt follows its payment, goes with the thanks, and is told of when money goes back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select

from tests.sheets import read_sheet
from tests.till import SLUG
from tests.till import Till
from tests.timebank.receipts.office import WISHED
from tests.timebank.receipts.office import done
from tests.timebank.receipts.office import faults
from tests.timebank.receipts.office import receipts
from tests.timebank.receipts.office import set_up
from tests.timebank.receipts.office import work_off
from timebank import clock
from timebank.mail import forget_mails
from timebank.mail.models import MailAttachment
from timebank.paper import PaperRefused
from timebank.payments.models import PAID
from timebank.queue import Job
from timebank.queue.models import DONE
from timebank.receipts import papers


def paid(till: Till, amount: int = 3000, **typed: Any) -> str:
    """Have somebody give and pay, and Stripe tell of it."""
    token = till.given(amount, **typed)
    till.tell_all()
    return token


def file_of(mail: EmailMessage) -> tuple[str, bytes]:
    (attached,) = mail.iter_attachments()
    assert attached.get_content_type() == "application/pdf"
    return str(attached.get_filename()), bytes(attached.get_content())


def words_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def give_back(till: Till, token: str, amount: int | None = None) -> None:
    till.stripe.fake.refund(str(till.payment(token).checkout_id), amount=amount)
    till.tell_all()


def test_the_receipt_goes_with_the_one_letter_of_thanks(till: Till) -> None:
    token = paid(till, **WISHED, language="ja")
    (mail,) = work_off(till)
    name, content = file_of(mail)
    (receipt,) = receipts(till)
    assert name == f"receipt-{receipt.label}.pdf"
    sheet = read_sheet(content)
    for words in ("山田 花", receipt.label, "Meals", "門真たすけあい", "門真市末広町1-2"):
        assert words in sheet.text
    assert "¥3,000" in sheet.text or "金3,000円也" in sheet.text
    body = words_of(mail)
    assert receipt.label in body
    assert f"/{SLUG}/give/{token}/receipt" in body
    page = till.client().get(f"/{SLUG}/give/{token}/receipt")
    assert "Refresh" not in page.headers
    served = till.client().get(f"/{SLUG}/give/{token}/receipts/{receipt.id}.pdf")
    assert (served.status_code, served.data) == (200, content)
    assert work_off(till) == []
    assert faults(till) == []


def test_a_sheet_that_two_want_at_once_is_made_once(till: Till) -> None:
    paid(till, **WISHED)

    def work(_turn: int) -> list[EmailMessage]:
        return work_off(till)

    with ThreadPoolExecutor(4) as pool:
        mails = [mail for found in pool.map(work, range(4)) for mail in found]
    assert [len(list(mail.iter_attachments())) for mail in mails] == [1]
    # Nothing was put off, so nothing is left to be tried again.
    waiting = select(Job.kind, Job.error).where(Job.state != DONE)
    assert done(till, lambda session, _here: session.execute(waiting).all()) == []


def test_a_letter_is_forgotten_with_what_it_carried_and_the_receipt_stays(till: Till) -> None:
    paid(till, **WISHED)
    work_off(till)
    done(
        till,
        lambda session, here: forget_mails(
            session, community_id=here.id, before=clock.now() + timedelta(days=1)
        ),
    )
    assert done(till, lambda session, _here: session.scalars(select(MailAttachment)).all()) == []
    assert len(receipts(till)) == 1
    assert faults(till) == []


def test_a_receipt_says_what_was_paid_on_the_day_of_the_payer(till: Till) -> None:
    """Before anybody's fee, and where the community is: in Tokyo it is the next day already."""
    paid(till, **WISHED)
    (receipt,) = receipts(till)
    assert (receipt.amount_minor, receipt.currency, receipt.kind) == (3000, "JPY", "gift")
    assert receipt.paid_on == clock.today("Asia/Tokyo")
    assert receipt.source.startswith("payment:")


def test_who_wishes_no_receipt_is_issued_none(till: Till) -> None:
    paid(till, name="Hana", email="hana@example.org")
    (mail,) = work_off(till)
    assert list(mail.iter_attachments()) == []
    assert receipts(till) == []
    assert faults(till) == []


def test_money_is_written_down_though_no_sheet_can_be_made(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any, **_facts: Any) -> bytes:
        raise PaperRefused

    with monkeypatch.context() as patched:
        patched.setattr(papers, "make_pdf", broken)
        token = paid(till, **WISHED)
        assert till.payment(token).state == PAID
        (mail,) = work_off(till)
    assert list(mail.iter_attachments()) == []
    assert "has the number" in words_of(mail)
    page = till.client().get(f"/{SLUG}/give/{token}/receipt")
    assert page.headers["Refresh"] == "5"
    assert "is being made" in page.text
    # It waits for another try, so nothing is wrong yet; then it is there.
    assert faults(till) == []
    later = datetime.now(UTC).replace(year=datetime.now(UTC).year + 1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert work_off(till) == []
    assert "Refresh" not in till.client().get(f"/{SLUG}/give/{token}/receipt").headers


def test_a_refund_has_one_note_of_its_own_however_often_it_is_told(till: Till) -> None:
    token = paid(till, **WISHED)
    work_off(till)
    give_back(till, token, 1000)
    till.sweep()
    receipt, note = receipts(till)
    assert (note.kind, note.amount_minor, note.about_id) == ("refund", 1000, receipt.id)
    assert note.number == receipt.number + 1
    (mail,) = work_off(till)
    sheet = read_sheet(file_of(mail)[1])
    assert receipt.label in sheet.text
    assert "The receipt counts for ¥2,000 from now on." in sheet.text
    give_back(till, token)
    rest = receipts(till)[-1]
    assert (rest.kind, rest.amount_minor) == ("refund", 2000)
    (mail,) = work_off(till)
    assert "does not count any more" in read_sheet(file_of(mail)[1]).text
    page = till.client().get(f"/{SLUG}/give/{token}/receipt").text
    assert note.label in page
    assert rest.label in page
    served = till.client().get(f"/{SLUG}/give/{token}/receipts/{note.id}.pdf")
    assert served.status_code == 200
    assert faults(till) == []


def test_a_refund_of_what_has_no_receipt_has_no_note(till: Till) -> None:
    token = paid(till)
    give_back(till, token)
    assert receipts(till) == []
    page = till.client().get(f"/{SLUG}/give/{token}/receipt").text
    assert "This gift was given back, so there is no receipt for it." in page


def test_a_receipt_can_be_asked_for_afterwards_once(till: Till) -> None:
    token = paid(till)
    assert "Ask for a receipt" in till.come_back(token).text
    address = f"/{SLUG}/give/{token}/receipt"
    assert "For your gift of ¥3,000" in till.client().get(address).text
    refused = till.client().post(address, data={"name": "\u3000", "address": "1-2"})
    assert refused.status_code == 422
    assert "please write a name" in refused.text
    assert "1-2" in refused.text
    for name in ("Hana", "Somebody else"):
        assert till.client().post(address, data={"name": name}).status_code == 303
    (receipt,) = receipts(till)
    assert (receipt.payer, receipt.address) == ("Hana", "")
    assert work_off(till) == []
    assert "Your receipt" in till.come_back(token).text
    assert faults(till) == []


def test_until_somebody_issues_receipts_none_is_offered_and_then_what_was_wished_follows(
    bare_till: Till,
) -> None:
    till = bare_till
    assert "I would like a receipt" not in till.client().get(f"/{SLUG}/give").text
    # Wished on a page that was open since before.
    wished, partly, back = (paid(till, **WISHED) for _turn in range(3))
    without = paid(till)
    give_back(till, partly, 1000)
    give_back(till, back)
    assert len(work_off(till)) == 3
    assert receipts(till) == []
    assert faults(till) == []
    assert "You wished a receipt" in till.come_back(wished).text
    assert "You wished a receipt" in till.client().get(f"/{SLUG}/give/{wished}/receipt").text
    plain = f"/{SLUG}/give/{without}/receipt"
    assert "issues no receipts here at the moment" in till.client().get(plain).text
    assert till.client().post(plain, data={"name": "Hana"}).status_code == 409
    set_up(till)
    assert "I would like a receipt" in till.client().get(f"/{SLUG}/give").text
    mails = work_off(till)
    assert [one.kind for one in receipts(till)] == ["gift", "gift", "refund"]
    assert {file_of(mail)[0] for mail in mails} == {f"receipt-{one.label}.pdf" for one in receipts(till)}
    assert len(mails) == 3
    assert faults(till) == []


def test_only_whoever_has_the_link_sees_a_receipt(till: Till) -> None:
    first, second = paid(till, **WISHED), paid(till, **WISHED)
    work_off(till)
    one, other = receipts(till)
    for address in (
        f"/{SLUG}/give/{'x' * 32}/receipt",
        f"/{SLUG}/give/{'x' * 32}/receipts/{one.id}.pdf",
        f"/{SLUG}/give/{first}/receipts/{other.id}.pdf",
        f"/{SLUG}/give/{second}/receipts/999.pdf",
    ):
        assert till.client().get(address).status_code == 404
    waiting = till.begin()
    assert till.client().get(f"/{SLUG}/give/{waiting}/receipt").status_code == 303


def test_a_receipt_is_this_years_where_the_community_is(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    token = till.given(**WISHED)
    # Half past midnight in Tokyo, and still December elsewhere.
    monkeypatch.setattr(clock, "now", lambda: datetime(2031, 12, 31, 15, 30, tzinfo=UTC))
    till.come_back(token)
    (receipt,) = receipts(till)
    assert (receipt.label, receipt.issued_on) == ("2032-0001", date(2032, 1, 1))
