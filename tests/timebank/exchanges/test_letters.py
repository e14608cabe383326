"""Whoever is to confirm hours is told so in their language, and once more before a coordinator asks."""

from datetime import date
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import a_proposal
from tests.builders import an_exchange
from tests.builders import as_member
from tests.builders import at
from tests.builders import said
from tests.builders import written
from timebank import clock
from timebank import queue
from timebank.cli.working import handlers_with
from timebank.communities.models import Community
from timebank.db import db
from timebank.exchanges.letters import REMIND_OF_PROPOSALS
from timebank.exchanges.models import Exchange
from timebank.exchanges.service import confirm_exchange
from timebank.exchanges.service import log_exchange
from timebank.mail.models import Mail
from timebank.members.guardians import GuardianConsent
from timebank.members.guardians import record_guardian
from timebank.members.models import LEFT
from timebank.members.models import Member
from timebank.queue import Job
from timebank.queue.models import DONE


class Nobody:
    """Carries no mail: here it is about what is written."""

    sender = "hours@example.org"

    def carry(self, *_: object) -> None:
        raise AssertionError("mail is not carried in these tests")


def work_off(app: Flask) -> list[Mail]:
    """Do what is due, but for carrying mail, and give what was written."""
    handlers = {kind: one for kind, one in handlers_with(Nobody()).items() if kind != "mail"}
    with app.app_context():
        while queue.work_one(db.session, handlers):
            db.session.remove()
        db.session.remove()
    return written(app, lambda session: list(session.scalars(select(Mail).order_by(Mail.id))))


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 2026, 4, 3, 9)


def later(monkeypatch: pytest.MonkeyPatch, **time: int) -> None:
    then = clock.now() + timedelta(**time)
    monkeypatch.setattr(clock, "now", lambda: then)


def a_pair(app: Flask, language: str | None = None) -> Exchange:
    """Let a member who gave log it with one who has an address, who is to confirm."""

    def work(session: Session) -> Exchange:
        community = a_community(session, slug="kadoma", name="Kadoma", language="ja")
        giver, receiver = (
            a_neighbour(session, community, name=name, number=number, email=f"{name.lower()}@example.org")
            for name, number in (("Hana", "0042"), ("Ken", "0007"))
        )
        receiver.person.language = language
        assert giver.member
        assert receiver.member
        return a_proposal(
            session, community, giver.member, receiver.member, description="Letters <b>& bills</b>"
        )

    return written(app, work)


def test_the_receiver_is_asked_in_their_language(app: Flask) -> None:
    exchange = a_pair(app, language="en")
    (mail,) = work_off(app)
    assert (mail.to_address, mail.language) == ("ken@example.org", "en")
    assert mail.subject == "Please confirm 1 h 30 min of help"
    assert "Hello Ken," in mail.text
    assert "Hana (0042) says that they gave you 1 h 30 min on Fri 3 April 2026." in mail.text
    assert "    Letters <b>& bills</b>\n" in mail.text
    address = f"http://127.0.0.1:8000/kadoma/exchanges/{exchange.id}"
    assert f"{address}\n" in mail.text
    assert f'href="{address}"' in mail.html
    assert "Letters &lt;b&gt;&amp; bills&lt;/b&gt;" in mail.html
    assert '<html lang="en">' in mail.html


def test_whoever_has_chosen_no_language_is_asked_in_the_communitys(app: Flask) -> None:
    a_pair(app)
    (mail,) = work_off(app)
    assert (mail.language, mail.subject) == ("ja", "1時間30分の助け合いの確認をお願いします")
    assert "Kenさん、こんにちは。" in mail.text
    assert "2026年4月3日(金)" in mail.text


def test_whoever_has_answered_meanwhile_is_not_asked(app: Flask) -> None:
    exchange = a_pair(app)

    def confirm(session: Session) -> None:
        found = session.get_one(Exchange, exchange.id)
        community = session.get_one(Community, found.community_id)
        confirm_exchange(session, community=community, exchange=found, actor=COORDINATOR)

    written(app, confirm)
    assert work_off(app) == []


def test_nobody_writes_to_whoever_has_left_or_died(app: Flask) -> None:
    waits = a_pair(app)

    def gone(session: Session) -> None:
        session.get_one(Member, waits.receiver_id).state = LEFT

    written(app, gone)
    assert work_off(app) == []


def test_only_those_who_have_an_address_and_are_to_answer_are_asked(app: Flask) -> None:
    def work(session: Session) -> None:
        community = a_community(session)
        hana, ken = (a_neighbour(session, community).member for _ in range(2))
        mitsuko = a_member(session, community, name="Mitsuko")
        assert hana
        assert ken
        # Nobody acts for Mitsuko; and what the receiver logs is booked at once.
        a_proposal(session, community, hana, mitsuko)
        an_exchange(session, community, hana, ken)

    written(app, work)
    assert work_off(app) == []


def test_of_a_joint_exchange_each_receiver_is_asked_once(app: Flask) -> None:
    def work(session: Session) -> list[str]:
        community = a_community(session)
        giver = a_member(session, community)
        receivers = [a_neighbour(session, community) for _ in range(2)]
        log_exchange(
            session,
            community=community,
            said=said(giver, [one.member for one in receivers if one.member]),
            by=giver,
            actor=as_member(giver),
        )
        together = a_neighbour(session, community)
        assert together.member
        log_exchange(
            session,
            community=community,
            said=said([giver, a_member(session, community)], together.member),
            by=giver,
            actor=as_member(giver),
        )
        return sorted(one.name for one in [*receivers, together])

    names = written(app, work)
    assert sorted(mail.to_address for mail in work_off(app)) == names


def remind(app: Flask) -> list[Mail]:
    def work(session: Session) -> None:
        for community_id in session.scalars(select(Exchange.community_id).distinct()):
            key = f"daily:{clock.now().isoformat()}"
            queue.enqueue(session, community_id=community_id, kind=REMIND_OF_PROPOSALS, key=key)

    written(app, work)
    return work_off(app)


def test_whoever_has_not_answered_is_reminded_once_before_a_coordinator_asks(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_pair(app, language="en")
    assert len(work_off(app)) == 1
    later(monkeypatch, days=4, hours=23)
    assert len(remind(app)) == 1
    later(monkeypatch, hours=2)
    assert len(remind(app)) == 2
    later(monkeypatch, days=1)
    mails = remind(app)
    assert len(mails) == 2
    assert "If nobody answers until Fri 10 April 2026, a coordinator asks you." in mails[1].text
    assert "a coordinator asks you" not in mails[0].text


def test_when_a_coordinator_asks_already_nobody_is_reminded(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_pair(app)
    work_off(app)
    later(monkeypatch, days=8)
    assert len(remind(app)) == 1


def test_the_guardian_of_somebody_under_18_reads_what_an_adult_writes(app: Flask) -> None:
    proposal = a_pair(app)

    def name_guardians(session: Session) -> None:
        for member_id, name in ((proposal.receiver_id, "mother"), (proposal.giver_id, "somebody")):
            record_guardian(
                session,
                community=session.get_one(Community, proposal.community_id),
                member=session.get_one(Member, member_id),
                consent=GuardianConsent(
                    name=name.title(),
                    reached_by="at home",
                    wording="Yes",
                    consented_on=date(2026, 4, 1),
                    email=f"{name}@example.org",
                    language="en",
                ),
                actor=COORDINATOR,
            )

    written(app, name_guardians)
    to_ken, to_mother = work_off(app)
    assert (to_ken.to_address, to_mother.to_address) == ("ken@example.org", "mother@example.org")
    assert "You get this as the guardian of Ken." in to_mother.text
    assert "Hana (0042) says that they gave Ken 1 h 30 min" in to_mother.text
    assert "Letters &lt;b&gt;&amp; bills&lt;/b&gt;" in to_mother.html


def test_letters_ask_for_mail_to_be_carried(app: Flask) -> None:
    a_pair(app)
    (mail,) = work_off(app)

    def waiting(session: Session) -> list[str | None]:
        return list(session.scalars(select(Job.key).where(Job.state != DONE)))

    assert written(app, waiting) == [f"mail:{mail.id}"]
