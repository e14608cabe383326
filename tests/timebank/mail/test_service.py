"""A mail is kept with its cause, carried once, after a crash twice at most, and says the same each time."""

from contextlib import suppress
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import Engine
from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import a_community
from tests.builders import written
from tests.timebank.mail.mailing import Porter
from tests.timebank.mail.mailing import a_mail
from timebank import clock
from timebank import queue
from timebank.communities.models import Community
from timebank.mail import MAIL
from timebank.mail import carry_with
from timebank.mail import forget_mails
from timebank.mail.carriers import Refused
from timebank.mail.models import Mail
from timebank.queue import Job
from timebank.queue.models import DONE
from timebank.queue.models import FAILED
from timebank.queue.models import WAITING


class Killed(BaseException):
    """The worker's end, in the middle of something."""


@pytest.fixture
def community(engine: Engine) -> Community:
    return written(engine, lambda session: a_community(session, name="門真の会", slug="kadoma"))


def a_document(_session: Session, community_id: int, document_id: int) -> tuple[str, bytes]:
    return "application/pdf", f"%PDF of {community_id}, {document_id}".encode()


def work_one(engine: Engine, porter: Porter) -> bool:
    def named(session: Session, community_id: int) -> tuple[str, str]:
        community = session.get_one(Community, community_id)
        return community.slug, community.name

    with Session(engine) as session:
        return queue.work_one(lambda: session, {MAIL: carry_with(porter, named, a_document)})


def write(engine: Engine, community: Community, **facts: str) -> int:
    return written(engine, lambda session: a_mail(session, community.id, **facts).id)


def stands(engine: Engine) -> tuple[str, int, bool]:
    """Tell how the one job stands, how often its mail is in doubt, and whether it counts as sent."""
    with Session(engine) as session:
        job, mail = session.scalars(select(Job)).one(), session.scalars(select(Mail)).one()
        return job.state, mail.in_doubt, mail.sent_at is not None


def later(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    then = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: then)


def test_a_mail_is_carried_once(engine: Engine, community: Community) -> None:
    write(engine, community)
    porter = Porter()
    assert work_one(engine, porter)
    assert not work_one(engine, porter)
    assert stands(engine) == (DONE, 1, True)
    ((place, message),) = porter.carried
    assert place == "kadoma"
    assert str(message["From"]) == "門真の会 <hours@example.org>"
    assert (message["To"], message["Subject"]) == ("hana@example.org", "確認をお願いします")
    assert (message["Content-Language"], message["Auto-Submitted"]) == ("ja", "auto-generated")
    plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert plain.get_content() == "こんにちは。\r\n"
    assert html.get_content() == "<p>こんにちは。</p>\r\n"
    # A server may take seven bits only.
    assert message.as_bytes().isascii()


def test_without_its_cause_there_is_no_mail(engine: Engine, community: Community) -> None:
    with Session(engine) as session:
        a_mail(session, community.id)
        session.rollback()
    assert not work_one(engine, Porter())


def test_what_was_not_taken_is_tried_again_as_if_for_the_first_time(
    engine: Engine, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(engine, community)
    for _ in range(3):
        assert work_one(engine, Porter(before=Refused("The mail server cannot be reached.", final=False)))
        assert stands(engine) == (WAITING, 0, False)
        later(engine, monkeypatch)
    porter = Porter()
    assert work_one(engine, porter)
    assert stands(engine) == (DONE, 1, True)
    assert len(porter.carried) == 1


def test_what_will_never_be_taken_is_given_up(engine: Engine, community: Community) -> None:
    write(engine, community)
    assert work_one(engine, Porter(before=Refused("The mail server does not take the address.", final=True)))
    assert stands(engine) == (FAILED, 0, False)


@pytest.mark.parametrize("end", [Killed(), ConnectionResetError("gone")])
def test_after_a_crash_it_is_carried_once_more_under_the_same_number_and_then_no_more(
    engine: Engine, community: Community, monkeypatch: pytest.MonkeyPatch, end: BaseException
) -> None:
    write(engine, community)
    porter = Porter(after=end)
    for _ in range(2):
        with suppress(Killed):
            work_one(engine, porter)
        later(engine, monkeypatch)
    assert stands(engine) == (WAITING, 2, False)
    assert work_one(engine, porter)
    assert stands(engine) == (FAILED, 2, False)
    first, second = (message for _, message in porter.carried)
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes().partition(b"boundary")[0] == second.as_bytes().partition(b"boundary")[0]


def test_each_mail_has_a_number_of_its_own(engine: Engine, community: Community) -> None:
    for _ in range(2):
        write(engine, community)
    porter = Porter()
    while work_one(engine, porter):
        pass
    numbers = [str(message["Message-ID"]) for _, message in porter.carried]
    assert len(set(numbers)) == 2
    assert all(number.endswith("@hours.example.org>") for number in numbers)


def test_a_mail_that_was_forgotten_meanwhile_is_not_carried(engine: Engine, community: Community) -> None:
    mail_id = write(engine, community)
    written(engine, lambda session: session.delete(session.get_one(Mail, mail_id)))
    porter = Porter()
    assert work_one(engine, porter)
    assert porter.carried == []


def test_another_communitys_mail_is_not_carried(engine: Engine, community: Community) -> None:
    def work(session: Session) -> None:
        other = a_community(session)
        mail = a_mail(session, other.id)
        session.execute(delete(Job))
        queue.enqueue(session, community_id=community.id, kind=MAIL, payload={"mail": mail.id})

    written(engine, work)
    porter = Porter()
    assert work_one(engine, porter)
    assert porter.carried == []


@pytest.mark.parametrize(
    "evil",
    ["Hello\r\nBcc: everybody@example.org", "Hello\nX-Evil: 1", "Hello\r\n\r\nanother body", "\r\nTo: all"],
)
def test_nothing_that_was_typed_becomes_a_header(engine: Engine, evil: str) -> None:
    def work(session: Session) -> int:
        community = a_community(session)
        community.name = evil
        return a_mail(session, community.id, subject=evil).id

    written(engine, work)
    porter = Porter()
    assert work_one(engine, porter)
    ((_, message),) = porter.carried
    head = message.as_bytes().split(b"\r\n\r\n")[0].lower()
    names = [line.split(b":")[0] for line in head.split(b"\r\n") if not line.startswith((b" ", b"\t"))]
    assert set(names) <= {
        *(b"from", b"to", b"subject", b"date", b"message-id", b"auto-submitted", b"mime-version"),
        *(b"content-type", b"content-language"),
    }
    assert isinstance(message, EmailMessage)
    assert message["Subject"] == " ".join(evil.split())


def test_mail_that_was_sent_long_ago_is_forgotten(engine: Engine, community: Community) -> None:
    old, new = write(engine, community), write(engine, community)

    def work(session: Session) -> list[int]:
        session.get_one(Mail, old).written_at = clock.now() - timedelta(days=100)
        noise = a_mail(session, a_community(session).id)
        noise.written_at = clock.now() - timedelta(days=100)
        session.flush()
        forget_mails(session, community_id=community.id, before=clock.now() - timedelta(days=90))
        return [*session.scalars(select(Mail.id).where(Mail.id != noise.id))]

    assert written(engine, work) == [new]
