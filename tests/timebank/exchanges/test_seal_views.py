"""The proof that an exchange is under a seal: who sees it, and what stands on it."""

import json

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

import ledger
from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import found
from timebank.communities.models import Community
from timebank.exchanges.models import Exchange
from timebank.exchanges.sealing import seal_entries


@pytest.fixture
def here(app: Flask) -> Kadoma:
    return found(app)


def seal(here: Kadoma) -> ledger.Seal:
    """Seal what was booked in Kadoma."""

    def work(session: Session) -> ledger.Seal | None:
        community = session.scalars(select(Community).where(Community.slug == "kadoma")).one()
        return seal_entries(session, community=community)

    made = written(here.app, work)
    assert made
    return made


def page_of(exchange: Exchange, which: str = "seal") -> str:
    return f"/kadoma/exchanges/{exchange.id}/{which}"


def test_its_two_sides_and_officers_see_the_proof_and_nobody_else(here: Kadoma) -> None:
    exchange = here.gives("hana", "mitsuko", description="Letters")
    sealed = seal(here)
    for name in ("hana", "mitsuko", "ken", "auditor"):
        page = here.as_(name).get(page_of(exchange))
        assert page.status_code == 200
        assert sealed.hash().hex()[:8] in page.text
        proof = ledger.read_proof(here.as_(name).get(f"{page_of(exchange)}.json").data)
        assert proof.entry.id == exchange.entry_id
        assert proof.head == sealed
    for address in (page_of(exchange), f"{page_of(exchange)}.json"):
        assert here.as_("other").get(address).status_code == 404
        assert here.app.test_client().get(address).status_code == 303


def test_the_file_says_nothing_of_balances_or_words(here: Kadoma) -> None:
    exchange = here.gives("hana", "mitsuko", description="Letters")
    seal(here)
    answer = here.as_("hana").get(f"{page_of(exchange)}.json")
    assert answer.mimetype == "application/json"
    assert f'filename="seal-{exchange.id}-entry.json"' in answer.headers["Content-Disposition"]
    assert "Letters" not in answer.text
    assert not {"balance", "version"} & set(json.loads(answer.text)["lines"][0])


def test_before_the_first_seal_the_exchange_is_shown_and_says_so(here: Kadoma) -> None:
    exchange = here.gives("hana", "mitsuko")
    hana = here.as_("hana")
    assert page_of(exchange) in hana.get(f"/kadoma/exchanges/{exchange.id}").text
    answer = hana.get(page_of(exchange))
    assert (answer.status_code, answer.location) == (303, f"/kadoma/exchanges/{exchange.id}")
    assert "not under a seal yet" in hana.get(answer.location).text
    assert hana.get(f"{page_of(exchange)}.json").status_code == 404


def test_what_was_taken_back_has_two_proofs(here: Kadoma) -> None:
    exchange = here.gives("hana", "mitsuko")
    ken = here.as_("ken")
    ken.post(f"/kadoma/exchanges/{exchange.id}/reverse", data={"reason": "never was"})
    seal(here)
    kinds = [
        ledger.read_proof(ken.get(f"{page_of(exchange, which)}.json").data).entry.kind
        for which in ("seal", "seal-of-reversal")
    ]
    assert kinds[1] == "reversal" != kinds[0]
    assert "taking back" in ken.get(page_of(exchange, "seal-of-reversal")).text


def test_what_is_not_in_the_books_has_no_proof(here: Kadoma) -> None:
    proposed, booked = here.proposes("hana", "mitsuko"), here.gives("hana", "mitsuko")
    seal(here)
    hana = here.as_("hana")
    for address in (page_of(proposed), page_of(booked, "seal-of-reversal")):
        assert hana.get(address).status_code == 404
    assert "/seal" not in hana.get(f"/kadoma/exchanges/{proposed.id}").text
    assert hana.get(page_of(here.stranger)).status_code == 404


def test_the_newest_hash_is_published_on_the_sign_in_page_and_on_paper(here: Kadoma) -> None:
    anybody = here.app.test_client()
    assert "The books are sealed" not in anybody.get("/kadoma/sign-in").text
    here.gives("hana", "mitsuko")
    groups = seal(here).hash().hex()
    shown = " ".join(groups[at : at + 8] for at in range(0, 64, 8))
    for page in (
        anybody.get("/kadoma/sign-in"),
        anybody.post("/kadoma/account/password", data={}),
        here.as_("hana").get("/kadoma/statement/print"),
    ):
        assert shown in page.text
