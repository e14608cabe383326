"""Receipts are numbered without a gap, issued once, worded by their kind, and stay as they are."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

import ledger
from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.builders import written
from tests.pictures import a_png
from tests.sheets import read_sheet
from tests.till import Till
from tests.timebank.receipts.office import done
from tests.timebank.receipts.office import due
from timebank.communities.models import Community
from timebank.errors import Refusal
from timebank.receipts import issuer
from timebank.receipts import service
from timebank.receipts.models import KINDS
from timebank.receipts.models import REFUND
from timebank.receipts.models import Receipt
from timebank.receipts.papers import file_of
from timebank.receipts.papers import paper_of
from timebank.receipts.papers import sample
from timebank.receipts.service import issue


@pytest.fixture
def community(session: Session) -> Community:
    community = a_community(session, currency="JPY")
    issuer.change_issuer(session, community=community, name="An association", seat="1-2", actor=SOMEBODY)
    return community


def issued(session: Session, community: Community, **facts: Any) -> Receipt:
    receipt = issue(session, community=community, due=due(**facts), actor=SOMEBODY)
    assert receipt is not None
    return receipt


def test_numbers_run_by_community_and_each_thing_has_one(session: Session, community: Community) -> None:
    other = a_community(session)
    issuer.change_issuer(session, community=other, name="Another", seat="1-2", actor=SOMEBODY)
    numbers = [issued(session, community, source=f"fee:{turn}").number for turn in (1, 2, 1, 3)]
    assert numbers == [1, 2, 1, 3]
    assert issued(session, other, source="fee:1").number == 1


def test_what_another_has_issued_meanwhile_is_found_once_the_counter_is_held(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = issued(session, community)
    seen: list[Receipt | None] = [None, first]
    monkeypatch.setattr(service, "find_receipt", lambda *_args, **_facts: seen.pop(0))
    assert issued(session, community) is first
    assert seen == []


def test_without_an_issuer_none_is_issued(session: Session) -> None:
    assert issue(session, community=a_community(session), due=due(), actor=SOMEBODY) is None


def test_numbers_have_no_gap_though_many_issue_at_once_and_some_fall_over(engine: Engine) -> None:
    def found(session: Session) -> int:
        made = a_community(session)
        issuer.change_issuer(session, community=made, name="An association", seat="1-2", actor=SOMEBODY)
        return made.id

    number = written(engine, found)

    def one(turn: int) -> None:
        def work(session: Session) -> None:
            # Two of a kind, and every fourth thinks better of it.
            issued(session, session.get_one(Community, number), source=f"fee:{turn // 2}")
            if turn % 4 == 3:
                raise ZeroDivisionError

        with suppress(ZeroDivisionError):
            ledger.transaction(engine, work, attempts=50)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(one, range(24)))
    with Session(engine) as session:
        rows = session.execute(text("SELECT number, source FROM receipt ORDER BY number")).all()
    assert [row.number for row in rows] == list(range(1, 13))
    assert len({row.source for row in rows}) == 12


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE receipt SET amount_minor = 1",
        "DELETE FROM receipt",
        "DELETE FROM receipt_paper",
        "UPDATE receipt_paper SET words = '{}'",
        """INSERT INTO receipt (community_id, year, number, kind, source, language, issued_on, issued_at,
           issuer, seat, payer, address, amount_minor, currency, purpose, paid_on, tax_words, actor)
           SELECT community_id, year, number + 2, kind, 'fee:9', language, issued_on, issued_at,
           issuer, seat, payer, address, amount_minor, currency, purpose, paid_on, tax_words, actor
           FROM receipt""",
    ],
)
def test_the_database_keeps_receipts_as_they_are(session: Session, community: Community, broken: str) -> None:
    paper_of(session, receipt=issued(session, community))
    with pytest.raises(DatabaseError, match=r"final|follows|denied"):
        session.execute(text(broken))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("gift", "As a gift, for which nothing was given in return"),
        ("fee", "As a membership fee"),
        ("supporter-fee", "As a supporter's fee"),
        ("ticket", "For tickets"),
        ("meal", "For a meal"),
    ],
)
def test_each_kind_has_its_own_words_and_only_gifts_have_words_for_tax(
    till: Till, kind: str, said: str
) -> None:
    def work(session: Session, community: Community) -> bytes:
        issuer.add_tax_words(
            session,
            community=community,
            words="CERTIFICATION",
            valid_from=date(2026, 4, 1),
            valid_until=None,
            actor=SOMEBODY,
        )
        receipt = issue(session, community=community, due=due(kind=kind), actor=SOMEBODY)
        assert receipt
        return file_of(session, paper=paper_of(session, receipt=receipt))

    written_on_it = read_sheet(done(till, work)).text
    assert said in written_on_it
    assert ("CERTIFICATION" in written_on_it) == (kind == "gift")


def test_every_kind_is_tried() -> None:
    assert set(KINDS) == {"gift", "fee", "supporter-fee", "ticket", "meal", REFUND}


def test_a_receipt_in_japanese_is_worded_as_one(till: Till) -> None:
    def work(session: Session, community: Community) -> bytes:
        issuer.put_stamp(session, community=community, picture=a_png(), actor=SOMEBODY)
        wanted = due(language="ja", payer="山田 花")
        receipt = issue(session, community=community, due=wanted, actor=SOMEBODY)
        assert receipt
        return file_of(session, paper=paper_of(session, receipt=receipt))

    sheet = read_sheet(done(till, work))
    assert sheet.language == "ja"
    for words in ("山田 花 様", "金3,000円也", "寄附金として", "上記の金額を正に領収いたしました。"):
        assert words in sheet.text
    assert sheet.title.startswith("領収書 ")
    assert sheet.pictures == 1


@pytest.mark.parametrize(("language", "mark"), [("en", "Sample, not a receipt"), ("ja", "見本")])
def test_a_sample_needs_nothing_and_issues_nothing(bare_till: Till, language: str, mark: str) -> None:
    def work(session: Session, community: Community) -> tuple[bytes, int]:
        content = sample(session, community=community, language=language)
        return content, len(session.scalars(select(Receipt)).all())

    content, count = done(bare_till, work)
    assert mark in read_sheet(content).text
    assert count == 0


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2025, 3, 31), ""),
        (date(2025, 4, 1), "first"),
        (date(2026, 3, 31), "first"),
        (date(2026, 4, 1), ""),
        (date(2027, 4, 1), "second"),
        (date(2040, 4, 1), "second"),
    ],
)
def test_words_for_tax_are_chosen_by_the_day(
    session: Session, community: Community, day: date, words: str
) -> None:
    here: dict[str, Any] = {"session": session, "community": community, "actor": SOMEBODY}
    issuer.add_tax_words(**here, words="second", valid_from=date(2027, 4, 1), valid_until=None)
    first = issuer.add_tax_words(
        **here, words="first", valid_from=date(2025, 4, 1), valid_until=date(2027, 3, 31)
    )
    issuer.end_tax_words(**here, row=first, last_day=date(2026, 3, 31))
    assert issuer.tax_words_on(session, community=community, day=day) == words


def test_no_day_has_two_sets_of_words_and_none_ends_before_it_begins(
    session: Session, community: Community
) -> None:
    here: dict[str, Any] = {"session": session, "community": community, "actor": SOMEBODY}
    row = issuer.add_tax_words(
        **here, words="first", valid_from=date(2025, 4, 1), valid_until=date(2025, 12, 31)
    )
    issuer.add_tax_words(**here, words="second", valid_from=date(2026, 4, 1), valid_until=None)
    for first, last in ((date(2025, 12, 31), None), (date(2020, 1, 1), date(2030, 1, 1))):
        with pytest.raises(issuer.TaxWordsOverlap):
            issuer.add_tax_words(**here, words="third", valid_from=first, valid_until=last)
    with pytest.raises(issuer.TaxWordsOverlap):
        issuer.end_tax_words(**here, row=row, last_day=date(2026, 4, 1))
    with pytest.raises(issuer.TaxWordsEndTooEarly):
        issuer.end_tax_words(**here, row=row, last_day=date(2025, 3, 31))
    with pytest.raises(issuer.TaxWordsEndTooEarly):
        issuer.add_tax_words(**here, words="x", valid_from=date(2020, 1, 2), valid_until=date(2020, 1, 1))
    with pytest.raises(issuer.TaxWordsMissing):
        issuer.add_tax_words(**here, words=" ", valid_from=date(2020, 1, 2), valid_until=None)


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"name": "\u3000", "seat": "1-2"}, issuer.IssuerUnnamed),
        ({"name": "An association", "seat": " "}, issuer.SeatMissing),
    ],
)
def test_whoever_issues_receipts_has_a_name_and_a_seat(
    session: Session, facts: dict[str, str], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        issuer.change_issuer(session, community=a_community(session), actor=SOMEBODY, **facts)


def test_a_stamp_is_somebodys(session: Session, community: Community) -> None:
    with pytest.raises(issuer.IssuerMissing):
        issuer.put_stamp(session, community=a_community(session), picture=a_png(), actor=SOMEBODY)
    issuer.put_stamp(session, community=community, picture=a_png(), actor=SOMEBODY)
    receipt = issued(session, community)
    assert receipt.stamp_id is not None
    for _turn in range(2):
        issuer.take_stamp_off(session, community=community, actor=SOMEBODY)
    assert issued(session, community, source="fee:2").stamp_id is None
    # What was issued keeps it.
    assert issuer.is_stamp(session, community=community, document_id=receipt.stamp_id)
    assert not issuer.is_stamp(session, community=a_community(session), document_id=receipt.stamp_id)
