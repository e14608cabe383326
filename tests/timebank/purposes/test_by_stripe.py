"""Gifts that came by Stripe: what was moved goes back from where it lies, and never others' money."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from tests.till import SLUG
from tests.till import Till
from tests.till import a_till
from tests.timebank.purposes.asking import TODAY
from tests.timebank.purposes.asking import faults
from tests.timebank.purposes.asking import later
from timebank.communities.models import Community
from timebank.donations.models import Donation
from timebank.funds.models import Fund
from timebank.funds.models import PurposeChange
from timebank.funds.service import end_fund
from timebank.funds.service import open_fund
from timebank.mail.models import Mail
from timebank.purposes import service
from timebank.purposes.letters import ask_giver
from timebank.purposes.letters import remind_giver
from timebank.purposes.models import PurposeGift
from timebank.purposes.models import PurposeGiver
from timebank.purposes.settling import settle
from timebank.queue import Task
from timebank.queue.models import Job


@pytest.fixture(params=[False, True], ids=["fee from the community", "fee from the fund"])
def till(database_url: str, request: pytest.FixtureRequest) -> Iterator[Till]:
    with a_till(database_url, fee_from_fund=request.param) as till:
        yield till


def ask(till: Till, spent: int) -> dict[str, str]:
    """Spend some, let the fund stop, and ask; gives the tokens of givers' pages by their names."""
    till.tell_all()
    if spent:
        till.spend(spent)

    def work(session: Session) -> dict[str, str]:
        community, fund = session.get_one(Community, till.community_id), session.get_one(Fund, till.fund_id)
        to_fund = open_fund(
            session, community=community, slug="car", name="Car", purpose="A car", actor=SOMEBODY
        )
        end_fund(session, community=community, fund=fund, reason="No cook", actor=SOMEBODY)
        decision = service.Decision(
            to_fund=to_fund,
            decision="Let it be for the car.",
            decided_by="The yearly meeting",
            decided_on=TODAY,
            answer_by=TODAY + timedelta(days=30),
        )
        service.ask(session, community=community, fund=fund, decision=decision, actor=SOMEBODY)
        return tokens(session)

    return written(till.app, work)


def tokens(session: Session) -> dict[str, str]:
    found = (
        select(Donation.name, PurposeGiver.token)
        .join(PurposeGift, PurposeGift.donation_id == Donation.id)
        .join(PurposeGiver, PurposeGiver.id == PurposeGift.giver_id)
    )
    return {str(name): str(token) for name, token in session.execute(found)}


def do_as_answered(till: Till) -> PurposeChange:
    def work(session: Session) -> PurposeChange:
        community = session.get_one(Community, till.community_id)
        change = session.scalars(select(PurposeChange)).one()
        settle(session, community=community, change=change, actor=SOMEBODY)
        session.expunge(change)
        return change

    return written(till.app, work)


def all_faults(till: Till) -> list[str]:
    return [*till.faults(), *written(till.app, faults)]


def answer(till: Till, token: str, said: str) -> Any:
    return till.client().post(f"/{SLUG}/purposes/{token}", data={"answer": said})


def treasurer(till: Till) -> FlaskClient:
    def work(session: Session) -> Neighbour:
        return an_officer(session, session.get_one(Community, till.community_id), "treasurer")

    return signed_in(till.app, written(till.app, work))


def checkout(till: Till, payment_token: str) -> str:
    return str(till.payment(payment_token).checkout_id)


def test_a_refund_or_a_dispute_takes_it_from_where_it_lies_and_no_more(till: Till) -> None:
    gifts = {
        name: till.given(3000, name=name, email=f"{name}@example.org")
        for name in ("agrees", "back", "silent")
    }
    pages = ask(till, spent=1500)
    held = -till.balances()["fund:meal"]
    assert answer(till, pages["agrees"], "agreed").status_code == 303
    assert answer(till, pages["back"], "back").status_code == 303
    with pytest.MonkeyPatch.context() as clock:
        later(clock, TODAY + timedelta(days=31))
        change = do_as_answered(till)
    part = held // 3
    assert (change.moved_minor, change.back_minor) == (part, part)
    assert till.balances()["fund:meal"] == -part
    # Whoever agreed disputes it all the same: their part goes, and what others gave stays.
    till.stripe.fake.open_dispute(checkout(till, gifts["agrees"]))
    till.tell_all()
    told = till.balances()
    assert ("fund:car" in told, told["fund:meal"], told["fund-back:meal"]) == (False, -part, -part)
    # The whole gift goes back, of which the fund holds a part: the community bears the rest.
    till.stripe.fake.refund(checkout(till, gifts["back"]))
    till.tell_all()
    told = till.balances()
    assert ("fund-back:meal" in told, told["fund:meal"]) == (False, -part)
    assert all_faults(till) == []


def test_the_treasurer_gives_back_what_lies_apart_and_the_page_tells_how_much(till: Till) -> None:
    gift = till.given(3000, name="Hana", email="hana@example.org")
    pages = ask(till, spent=1000)
    part = -till.balances()["fund:meal"]
    answer(till, pages["Hana"], "back")
    client, change = treasurer(till), do_as_answered(till)
    desk = client.get(f"/{SLUG}/money/purposes/{change.id}").text
    link = unescape(re.findall(r'href="([^"]*give-back[^"]*)"', desk)[0])
    assert link.endswith(f"amount={part}")
    form = client.get(link).text
    assert f'value="{part}"' in form
    number = till.payment(gift).id
    page = f"/{SLUG}/money/payments/{number}/give-back"
    assert client.get(f"{page}?amount=999999").text.count('value="3000"') == 1
    assert client.post(page, data={"amount": str(part), "email": ""}).status_code == 303
    till.tell_all()
    assert "fund-back:meal" not in till.balances()
    assert "Waits to be given back" not in client.get(f"/{SLUG}/money/purposes/{change.id}").text
    assert all_faults(till) == []


def test_a_disputed_gift_is_not_moved_and_comes_back_for_what_it_was_given_for(till: Till) -> None:
    gifts = {name: till.given(3000, name=name) for name in ("Hana", "Taro")}
    pages = ask(till, spent=0)
    whole = -till.balances()["fund:meal"]
    for token in pages.values():
        answer(till, token, "agreed")
    till.stripe.fake.open_dispute(checkout(till, gifts["Hana"]))
    till.tell_all()
    change = do_as_answered(till)
    assert change.moved_minor == whole // 2
    assert "fund:meal" not in till.balances()
    till.stripe.fake.close_dispute(checkout(till, gifts["Hana"]), won=True)
    till.tell_all()
    told = till.balances()
    assert (told["fund:meal"], told["fund:car"]) == (-(whole // 2), -(whole // 2))
    assert all_faults(till) == []


def test_givers_are_written_to_once_reminded_once_and_not_when_they_have_answered(till: Till) -> None:
    for name, email in (("Hana", "hana@example.org"), ("Taro", "taro@example.org"), ("Ken", "")):
        till.given(3000, name=name, email=email)
    pages = ask(till, spent=0)

    def letters(session: Session) -> list[tuple[str, str]]:
        for kind, write in ((service.ASK_GIVER, ask_giver), (service.REMIND_GIVER, remind_giver)):
            for job in session.scalars(select(Job).where(Job.kind == kind).order_by(Job.id)).all():
                giver = json.loads(job.payload)
                write(session, Task(job.id, job.community_id, job.kind, giver, 1))
        return [(one.to_address, one.text) for one in session.scalars(select(Mail).order_by(Mail.id))]

    answer(till, pages["Taro"], "back")
    with till.app.app_context():
        told = written(till.app, letters)
    assert [address for address, _text in told if "purposes/" in _text] == ["hana@example.org"] * 2
    text = told[-1][1]
    assert pages["Hana"] in text
    assert "The yearly meeting" in text
    assert "Let it be for the car." in text


def test_the_page_of_a_giver_says_what_was_given_what_is_left_and_what_became_of_it(till: Till) -> None:
    till.given(3000, name="Hana", email="hana@example.org")
    (token,) = ask(till, spent=1000).values()
    part = -till.balances()["fund:meal"]
    page = unescape(till.client().get(f"/{SLUG}/purposes/{token}").text)
    for told in ("¥3,000", f"¥{part:,}", "Supper", "A car", "The yearly meeting", "I agree"):
        assert told in page
    assert answer(till, token, "perhaps").status_code == 422
    assert answer(till, "nobodys" * 4, "agreed").status_code == 404
    for said in ("back", "agreed", "agreed"):
        assert answer(till, token, said).status_code == 303
    assert "You agree." in till.client().get(f"/{SLUG}/purposes/{token}").text
    do_as_answered(till)
    page = till.client().get(f"/{SLUG}/purposes/{token}").text
    assert "You agreed." in page
    assert 'name="answer"' not in page
    refused = answer(till, token, "back")
    assert (refused.status_code, "settled in the meantime" in refused.text) == (409, True)
    funds = unescape(till.client().get(f"/{SLUG}/funds").text)
    assert f"¥{part:,} went there" in funds
    assert f"¥{part:,} came from another fund" in funds


def test_where_a_card_takes_nothing_any_more_it_is_handed_back_and_a_refund_takes_nothing_of_others(
    till: Till,
) -> None:
    gifts = {name: till.given(3000, name=name) for name in ("Hana", "Taro")}
    pages = ask(till, spent=1000)
    for token in pages.values():
        answer(till, token, "back")
    client, change = treasurer(till), do_as_answered(till)
    part = change.back_minor // 2
    desk = f"/{SLUG}/money/purposes/{change.id}"
    links = re.findall(r'href="([^"]+/hand-back/\d+)"', client.get(desk).text)
    assert len(links) == 2
    handed = {"way": "transfer", "handed_on": TODAY.isoformat()}
    assert client.post(links[0], data=handed).status_code == 303
    assert -till.balances()["fund-back:meal"] == change.back_minor - part
    assert len(re.findall("/hand-back/", client.get(desk).text)) == 1
    assert "It was given back." in till.client().get(f"/{SLUG}/purposes/{pages['Hana']}").text
    # Its payment says so, and offers no more than what the fund had not given back.
    shown = f"/{SLUG}/money/payments/{till.payment(gifts['Hana']).id}"
    assert f"Handed back, not by Stripe</dt><dd>¥{part:,}" in client.get(shown).text
    assert client.post(f"{shown}/give-back", data={"amount": "3000", "email": ""}).status_code == 422
    # Given back once more in Stripe's pages, by mistake: the community bears it, and Taro's still lies there.
    till.stripe.fake.refund(checkout(till, gifts["Hana"]))
    till.tell_all()
    assert -till.balances()["fund-back:meal"] == change.back_minor - part
    assert all_faults(till) == []
