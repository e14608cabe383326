"""Asking to join, being accepted or declined, and a guardian's word."""

from datetime import date
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import a_community
from tests.builders import a_member
from tests.builders import at
from tests.timebank.joining.joiners import MOTHER
from tests.timebank.joining.joiners import NOON
from tests.timebank.joining.joiners import STRANGER
from tests.timebank.joining.joiners import TODAY
from tests.timebank.joining.joiners import a_newcomer
from tests.timebank.joining.joiners import an_application
from tests.timebank.joining.joiners import an_invitation
from timebank import clock
from timebank.communities.models import Community
from timebank.contacts.queries import details_of
from timebank.errors import Refusal
from timebank.joining import consents
from timebank.joining import service
from timebank.joining.first_sign_ins import SEND_WELCOME
from timebank.joining.later import FORGET_DECLINED
from timebank.joining.later import forget_declined
from timebank.joining.models import HEALTH
from timebank.joining.models import USE
from timebank.joining.models import Application
from timebank.joining.models import Consent
from timebank.joining.newcomers import GuardianNamed
from timebank.joining.newcomers import Unreachable
from timebank.joining.queries import application_of
from timebank.joining.queries import count_waiting
from timebank.joining.queries import known_already
from timebank.joining.queries import waiting
from timebank.members.guardians import ConsentToCome
from timebank.members.guardians import GuardianUnnamed
from timebank.members.guardians import GuardianUnreachable
from timebank.members.guardians import guardian_of
from timebank.members.models import Member
from timebank.members.queries import history
from timebank.members.queries import people_of
from timebank.members.queries import person_of
from timebank.members.service import MemberUnnamed
from timebank.members.service import NumberTaken
from timebank.members.service import ReasonMissing
from timebank.people.service import EmailRefused
from timebank.people.service import hash_password
from timebank.queue import Task
from timebank.queue.models import Job


@pytest.fixture
def community(session: Session, monkeypatch: pytest.MonkeyPatch) -> Community:
    at(monkeypatch, *NOON)
    community = a_community(session)
    a_member(session, community, number="0041")
    # Somebody else's.
    an_application(session, a_community(session), name="Noise")
    return community


def accept(session: Session, community: Community, application: Application, **facts: Any) -> Member:
    return service.accept(session, community=community, application=application, actor=COORDINATOR, **facts)


def jobs(session: Session, community: Community) -> list[str]:
    kinds = select(Job.kind).where(Job.community_id == community.id).order_by(Job.id)
    return list(session.scalars(kinds))


def test_who_is_accepted_has_the_next_number_and_details_for_coordinators_alone(
    session: Session, community: Community
) -> None:
    asked = an_application(
        session,
        community,
        reading="そら",
        email="Sora@Example.org",
        other_way="Ask next door",
        could_do="Walk dogs",
    )
    assert count_waiting(session, community) == 1
    member = accept(session, community, asked)
    assert (member.number, member.name, member.reading) == ("0042", "Sora", "そら")
    details = [(one.kind, one.value, one.audience) for one in details_of(session, member=member)]
    assert details == [
        ("telephone", "06-1234-5678", "coordinators"),
        ("email", "sora@example.org", "coordinators"),
        ("other", "Ask next door", "coordinators"),
    ]
    assert count_waiting(session, community) == 0
    assert people_of(session, member=member) == []
    assert jobs(session, community) == [SEND_WELCOME]
    # What stands with the member now stands nowhere else; what they could do stays to be read.
    kept = application_of(session, member=member)
    assert kept is not None
    assert (kept.telephone, kept.email, kept.other_way, kept.could_do) == ("", "", "", "Walk dogs")


def test_consents_are_kept_in_their_words_and_health_apart(session: Session, community: Community) -> None:
    plain = accept(session, community, an_application(session, community))
    both = accept(session, community, an_application(session, community, health_wording="Notes: yes."))
    use = consents.consent_of(session, member=both, about=USE)
    health = consents.consent_of(session, member=both, about=HEALTH)
    assert use is not None
    assert health is not None
    assert (use.wording, use.given_on) == ("I agree to the use.", TODAY)
    assert health.wording == "Notes: yes."
    assert consents.consent_of(session, member=plain, about=HEALTH) is None
    consents.withdraw_health(session, community=community, member=both, actor=COORDINATOR)
    assert consents.consent_of(session, member=both, about=HEALTH) is None
    assert consents.consent_of(session, member=both, about=USE) is use
    assert (health.wording, health.withdrawn_on) == ("Notes: yes.", TODAY)
    assert history(session, member=both)[0].what == "consent-withdrawn"
    consents.withdraw_health(session, community=community, member=both, actor=COORDINATOR)
    assert history(session, member=both)[1].what != "consent-withdrawn"


def test_a_consent_that_stands_is_not_given_twice(session: Session, community: Community) -> None:
    member = accept(session, community, an_application(session, community))
    said = consents.Said(about=USE, wording="Other words", given_on=TODAY)
    first = consents.give_consent(session, member=member, said=said, actor=COORDINATOR)
    assert first.wording == "I agree to the use."
    session.add(
        Consent(
            community_id=community.id,
            member_id=member.id,
            about=USE,
            wording="Again",
            given_on=TODAY,
            actor="cli",
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_form_that_is_sent_twice_is_one_wish(session: Session, community: Community) -> None:
    newcomer = a_newcomer()
    first = service.apply(session, community=community, newcomer=newcomer)
    assert service.apply(session, community=community, newcomer=newcomer) is first
    assert count_waiting(session, community) == 1


def test_two_forms_of_one_key_at_once_are_one_wish(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    newcomer = a_newcomer()
    first = service.apply(session, community=community, newcomer=newcomer)
    found = service.find_by_key
    answers = iter([None])
    # As if the other window had not written yet when this one looked.
    monkeypatch.setattr(service, "find_by_key", lambda *args, **known: next(answers, found(*args, **known)))
    assert service.apply(session, community=community, newcomer=newcomer).id == first.id
    assert count_waiting(session, community) == 1


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"name": "\u3000"}, MemberUnnamed),
        ({"telephone": ""}, Unreachable),
        ({"email": "nobody"}, EmailRefused),
        ({"consented_on": date(2026, 11, 28)}, ConsentToCome),
        ({"guardian": GuardianNamed(" ", "here")}, GuardianUnnamed),
        ({"guardian": GuardianNamed("Mother", "")}, GuardianUnreachable),
        ({"guardian": GuardianNamed("Mother", "here", "nowhere")}, EmailRefused),
    ],
)
def test_who_says_too_little_is_refused(
    session: Session, community: Community, facts: dict[str, Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        an_application(session, community, **facts)
    assert waiting(session, community=community) == []


def test_somebody_is_answered_once(session: Session, community: Community) -> None:
    asked, other = an_application(session, community), an_application(session, community)
    accept(session, community, asked)
    with pytest.raises(service.AnsweredAlready):
        accept(session, community, asked)
    with pytest.raises(service.AnsweredAlready):
        service.decline(session, application=asked, reason="Too late")
    assert [one.id for one in waiting(session, community=community)] == [other.id]


def test_who_is_declined_is_told_the_reason_and_forgotten_in_time(
    session: Session, community: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_mail = an_application(session, community, email="sora@example.org")
    by_telephone, still_waiting = an_application(session, community), an_application(session, community)
    with pytest.raises(ReasonMissing):
        service.decline(session, application=by_mail, reason=" ")
    for one in (by_mail, by_telephone):
        service.decline(session, application=one, reason="You live too far away")
    assert jobs(session, community) == [service.TELL_DECLINED]
    task = Task(id=1, community_id=community.id, kind=FORGET_DECLINED, payload={}, attempts=1)
    ids = {by_mail.id, by_telephone.id, still_waiting.id}
    for days, left in ((90, ids), (91, {still_waiting.id})):
        at(monkeypatch, *NOON)
        moment = clock.now() + timedelta(days=days)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        forget_declined(session, task)
        found = select(Application.id).where(Application.community_id == community.id)
        assert set(session.scalars(found)) == left


def test_who_is_under_18_is_no_member_before_the_guardian_has_consented(
    session: Session, community: Community
) -> None:
    asked = an_application(session, community, guardian=MOTHER)
    assert jobs(session, community) == [service.ASK_GUARDIAN]
    with pytest.raises(service.GuardianMustConsent, match="Sora is under 18"):
        accept(session, community, asked)
    consent(session, community, asked)
    member = accept(session, community, asked)
    guardian = guardian_of(session, member=member)
    assert guardian is not None
    assert (guardian.name, guardian.email, guardian.wording) == (
        MOTHER.name,
        MOTHER.email,
        "I agree, as her mother.",
    )
    assert guardian.consented_on == TODAY
    assert (asked.guardian_email, asked.guardian_reached_by) == ("", "")


def consent(session: Session, community: Community, asked: Application, on: date = TODAY) -> Member | None:
    return service.guardian_consents(
        session,
        community=community,
        application=asked,
        wording="I agree, as her mother.",
        consented_on=on,
        actor=STRANGER,
    )


def test_the_database_keeps_minors_from_being_members_without_a_consent(
    session: Session, community: Community
) -> None:
    asked = an_application(session, community, guardian=MOTHER)
    asked.state, asked.answered_at, asked.member_id = "accepted", clock.now(), a_member(session, community).id
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_guardians_word_that_makes_no_sense_is_refused(session: Session, community: Community) -> None:
    with pytest.raises(service.NoGuardianAsked):
        consent(session, community, an_application(session, community))
    with pytest.raises(ConsentToCome):
        consent(session, community, an_application(session, community, guardian=MOTHER), date(2026, 11, 28))


def test_a_guardian_without_an_address_is_not_written_to(session: Session, community: Community) -> None:
    an_application(session, community, guardian=GuardianNamed("Mother", "06-0000-0000"))
    assert jobs(session, community) == []


def test_somebody_is_entered_from_paper_and_need_never_sign_in(
    session: Session, community: Community
) -> None:
    signed = date(2026, 11, 20)
    known = {"session": session, "community": community, "actor": COORDINATOR}
    newcomer = a_newcomer(email="old@example.org", consented_on=signed, guardian=MOTHER)
    paper = service.GuardianSigned("Signed on paper.", date(2026, 11, 21))
    member = service.enter_from_paper(newcomer=newcomer, number="77", guardian=paper, **known)  # type: ignore[arg-type]
    assert member.number == "77"
    assert people_of(session, member=member) == []
    assert jobs(session, community) == []
    use, guardian = (
        consents.consent_of(session, member=member, about=USE),
        guardian_of(session, member=member),
    )
    assert use is not None
    assert guardian is not None
    assert (use.given_on, use.actor) == (signed, str(COORDINATOR))
    assert (guardian.wording, guardian.consented_on) == ("Signed on paper.", date(2026, 11, 21))
    again = service.enter_from_paper(newcomer=newcomer, number="78", guardian=paper, **known)  # type: ignore[arg-type]
    assert again.id == member.id
    with pytest.raises(NumberTaken):
        service.enter_from_paper(newcomer=a_newcomer(), number="77", guardian=None, **known)  # type: ignore[arg-type]


def test_paper_of_a_minor_needs_a_guardian_who_has_signed(session: Session, community: Community) -> None:
    known = {"session": session, "community": community, "actor": COORDINATOR, "number": "77"}
    with pytest.raises(service.GuardianMustConsent):
        service.enter_from_paper(newcomer=a_newcomer(guardian=MOTHER), guardian=None, **known)  # type: ignore[arg-type]
    tomorrow = service.GuardianSigned("Signed", date(2026, 11, 28))
    with pytest.raises(ConsentToCome):
        service.enter_from_paper(newcomer=a_newcomer(guardian=MOTHER), guardian=tomorrow, **known)  # type: ignore[arg-type]


def join(
    session: Session, community: Community, code: str, **facts: Any
) -> tuple[Application, Member | None]:
    newcomer = facts.pop("newcomer", None) or a_newcomer(**facts)
    return service.join_by_invitation(
        session,
        community=community,
        code=code,
        newcomer=newcomer,
        actor=STRANGER,
        password_hash=hash_password("a-password-of-mine"),
    )


def test_who_is_invited_is_a_member_at_once_and_signs_in(session: Session, community: Community) -> None:
    invitation, code = an_invitation(session, community)
    _asked, member = join(session, community, code)
    assert member is not None
    person = person_of(session, member=member)
    assert person is not None
    assert person.email is None
    session.refresh(invitation)
    assert invitation.used == 1
    with pytest.raises(service.InvitationGone):
        join(session, community, code)
    assert count_waiting(session, community) == 0


def test_a_form_sent_twice_uses_an_invitation_once(session: Session, community: Community) -> None:
    for uses in (1, 3):
        invitation, code = an_invitation(session, community, uses=uses)
        newcomer = a_newcomer()
        first, member = join(session, community, code, newcomer=newcomer)
        again, nobody = join(session, community, code, newcomer=newcomer)
        assert (again.id, nobody) == (first.id, None)
        assert member is not None
        session.refresh(invitation)
        assert invitation.used == 1


def test_an_invitation_of_another_community_opens_nothing(session: Session, community: Community) -> None:
    _invitation, code = an_invitation(session, a_community(session))
    with pytest.raises(service.InvitationGone):
        join(session, community, code)


def test_an_invited_minor_is_a_member_with_the_guardians_word_and_not_before(
    session: Session, community: Community
) -> None:
    invitation, code = an_invitation(session, community)
    asked, member = join(session, community, code, guardian=MOTHER)
    assert member is None
    assert asked.password_hash is not None
    session.refresh(invitation)
    assert invitation.used == 1
    member = consent(session, community, asked)
    assert member is not None
    assert person_of(session, member=member) is not None
    assert asked.password_hash is None
    assert guardian_of(session, member=member) is not None


def test_perhaps_somebody_is_here_already(session: Session, community: Community) -> None:
    member = accept(session, community, an_application(session, community, email="sora@example.org"))
    other = an_application(
        session, community, telephone="０６ー１２３４ー５６７８", email="other@example.org"
    )
    assert known_already(session, community=community, application=other) == [member]
    stranger = an_application(session, community, telephone="06-9999-9999")
    assert known_already(session, community=community, application=stranger) == []


def test_applications_are_taken_until_a_steward_says_otherwise(
    session: Session, community: Community
) -> None:
    assert service.takes_applications(session, community=community)
    service.set_rule(session, community=community, takes=False)
    assert not service.takes_applications(session, community=community)
    assert service.takes_applications(session, community=a_community(session))
    service.set_rule(session, community=community, takes=True)
    assert service.takes_applications(session, community=community)
