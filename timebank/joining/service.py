"""What becomes of those who ask to join: asked, accepted, declined; and a guardian's word."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.contacts import models as contacts
from timebank.contacts.service import set_detail
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.joining import invitations
from timebank.joining.consents import Said
from timebank.joining.consents import give_consent
from timebank.joining.first_sign_ins import ask_first_sign_in
from timebank.joining.models import ACCEPTED
from timebank.joining.models import DECLINED
from timebank.joining.models import HEALTH
from timebank.joining.models import USE
from timebank.joining.models import WAITING
from timebank.joining.models import Application
from timebank.joining.models import JoiningRule
from timebank.joining.newcomers import Newcomer
from timebank.joining.newcomers import application_from
from timebank.members.guardians import ConsentToCome
from timebank.members.guardians import GuardianConsent
from timebank.members.guardians import record_guardian
from timebank.members.models import Member
from timebank.members.queries import next_number
from timebank.members.service import add_member
from timebank.members.service import clean_reason
from timebank.members.service import give_hand
from timebank.people.service import create_person
from timebank.queue import enqueue

#: Asks a guardian by mail, and tells somebody that they were declined.
ASK_GUARDIAN = "ask-guardian"
TELL_DECLINED = "tell-declined"


class AnsweredAlready(Refusal):
    """An application that another coordinator, or another window, has answered."""

    sentence = N_("This was answered already.")


class GuardianMustConsent(Refusal):
    """Somebody under 18 whose guardian has not said yes."""

    sentence = N_("%(name)s is under 18, and the guardian has not consented yet.")


class NoGuardianAsked(Refusal):
    """A guardian's word about somebody who needs none."""

    sentence = N_("%(name)s needs no guardian's consent.")


class InvitationGone(Refusal):
    """An invitation that was used as often as it is good, is over, or never was."""

    sentence = N_("This invitation is no longer good. Please ask for a new one, or call us.")


@dataclass(frozen=True, slots=True)
class GuardianSigned:
    """What a guardian has signed on paper, and when."""

    wording: str
    on: date


def apply(
    session: Session,
    *,
    community: Community,
    newcomer: Newcomer,
    invitation_id: int | None = None,
    password_hash: str | None = None,
    signed: GuardianSigned | None = None,
) -> Application:
    """Keep somebody's wish to join, and ask the guardian of who is under 18; the caller commits.

    What was sent before with the same key is the same wish.
    """
    known = find_by_key(session, community=community, key=newcomer.key)
    if known is not None:
        return known
    application = application_from(newcomer, community=community)
    application.invitation_id, application.password_hash = invitation_id, password_hash
    if signed is not None:
        _check_day(signed.on, community)
        application.guardian_wording, application.guardian_consented_on = signed.wording, signed.on
    try:
        with session.begin_nested():
            session.add(application)
            session.flush()
    except IntegrityError as clash:
        # The same form, sent at the same moment in another window.
        if violated(clash) == "uq_application_community_id_key":
            return _known(session, community, newcomer)
        raise
    if application.guardian_email and application.guardian_wording is None:
        payload = {"application": application.id}
        enqueue(session, community_id=community.id, kind=ASK_GUARDIAN, payload=payload)
    return application


def accept(
    session: Session,
    *,
    community: Community,
    application: Application,
    actor: Actor,
    number: str | None = None,
    lets_sign_in: bool = True,
) -> Member:
    """Make a member of who asked to join, with the next number where none is given; the caller commits."""
    _check_waiting(session, application)
    if application.under_18 and application.guardian_wording is None:
        raise GuardianMustConsent(name=application.name)
    # Of two who are accepted at once each gets a number of their own.
    session.refresh(community, with_for_update={"key_share": True})
    member = add_member(
        session,
        community=community,
        number=number or next_number(session, community=community),
        name=application.name,
        reading=application.reading,
        actor=actor,
    )
    _keep_details(session, community, application, member, actor)
    _keep_consents(session, community, application, member, actor)
    if lets_sign_in:
        _let_sign_in(session, application, member, actor)
    application.member_id, application.state, application.answered_at = member.id, ACCEPTED, clock.now()
    _forget_what_moved(application)
    session.flush()
    return member


def decline(session: Session, *, application: Application, reason: str) -> None:
    """Decline somebody, with a reason that they are told; the caller commits."""
    why = clean_reason(reason)
    _check_waiting(session, application)
    application.state, application.reason, application.answered_at = DECLINED, why, clock.now()
    application.guardian_token_hash = application.password_hash = None
    session.flush()
    if application.email:
        enqueue(
            session,
            community_id=application.community_id,
            kind=TELL_DECLINED,
            payload={"application": application.id},
        )


def guardian_consents(
    session: Session,
    *,
    community: Community,
    application: Application,
    wording: str,
    consented_on: date,
    actor: Actor,
) -> Member | None:
    """Write down that the guardian said yes; who was invited is a member with that, and returned."""
    _check_waiting(session, application)
    if not application.under_18:
        raise NoGuardianAsked(name=application.name)
    _check_day(consented_on, community)
    application.guardian_wording, application.guardian_consented_on = wording, consented_on
    application.guardian_token_hash = None
    session.flush()
    if application.invitation_id is None:
        return None
    return accept(session, community=community, application=application, actor=actor)


def takes_applications(session: Session, *, community: Community) -> bool:
    """Say whether anybody may ask to join at the moment."""
    rule = session.get(JoiningRule, community.id)
    return rule is None or rule.takes_applications


def set_rule(session: Session, *, community: Community, takes: bool) -> None:
    """Take applications from now on, or none."""
    session.merge(JoiningRule(community_id=community.id, takes_applications=takes))
    session.flush()


def find_by_key(session: Session, *, community: Community, key: str) -> Application | None:
    """Find what was sent with a form's key."""
    found = select(Application).where(Application.community_id == community.id, Application.key == key)
    return session.scalar(found)


def join_by_invitation(
    session: Session,
    *,
    community: Community,
    code: str,
    newcomer: Newcomer,
    actor: Actor,
    password_hash: str | None = None,
) -> tuple[Application, Member | None]:
    """Ask and be accepted in one act; who is under 18 is a member once the guardian has said yes.

    A form that is sent twice uses the invitation once; the caller commits.
    """
    invitation_id = invitations.claim(session, community=community, code=code)
    # Asked only now: who held the invitation until a moment ago may have been this very form.
    known = find_by_key(session, community=community, key=newcomer.key)
    if known is not None:
        if invitation_id is not None:
            invitations.give_back(session, invitation_id=invitation_id)
        return known, None
    if invitation_id is None:
        raise InvitationGone
    application = apply(
        session,
        community=community,
        newcomer=newcomer,
        invitation_id=invitation_id,
        password_hash=password_hash,
    )
    if application.under_18:
        return application, None
    return application, accept(session, community=community, application=application, actor=actor)


def enter_from_paper(
    session: Session,
    *,
    community: Community,
    newcomer: Newcomer,
    number: str,
    guardian: GuardianSigned | None,
    actor: Actor,
) -> Member:
    """Enter somebody who has signed on paper, and need never sign in; the caller commits."""
    application = apply(session, community=community, newcomer=newcomer, signed=guardian)
    if application.member_id is not None:
        return session.get_one(Member, application.member_id)
    return accept(
        session,
        community=community,
        application=application,
        actor=actor,
        number=number,
        lets_sign_in=False,
    )


# --- the leaves ---------------------------------------------------------------------------------------------


def _known(session: Session, community: Community, newcomer: Newcomer) -> Application:
    known = find_by_key(session, community=community, key=newcomer.key)
    assert known is not None
    return known


def _check_day(consented_on: date, community: Community) -> None:
    if consented_on > clock.today(community.time_zone):
        raise ConsentToCome


def _check_waiting(session: Session, application: Application) -> None:
    session.refresh(application, with_for_update=True)
    if application.state != WAITING:
        raise AnsweredAlready


def _keep_details(
    session: Session, community: Community, application: Application, member: Member, actor: Actor
) -> None:
    """Move how somebody is reached to where members keep it, for coordinators alone."""
    for kind, value in (
        (contacts.TELEPHONE, application.telephone),
        (contacts.EMAIL, application.email),
        (contacts.OTHER, application.other_way),
    ):
        if value:
            set_detail(
                session,
                community=community,
                member=member,
                kind=kind,
                value=value,
                audience=contacts.COORDINATORS,
                actor=actor,
            )


def _keep_consents(
    session: Session, community: Community, application: Application, member: Member, actor: Actor
) -> None:
    given = [(USE, application.wording), (HEALTH, application.health_wording)]
    for about, wording in given:
        if wording:
            said = Said(about=about, wording=wording, given_on=application.consented_on)
            give_consent(session, member=member, said=said, actor=actor)
    if application.guardian_wording and application.guardian_consented_on:
        consent = GuardianConsent(
            name=application.guardian_name,
            reached_by=application.guardian_reached_by,
            wording=application.guardian_wording,
            consented_on=application.guardian_consented_on,
            email=application.guardian_email or None,
            language=application.language,
        )
        record_guardian(session, community=community, member=member, consent=consent, actor=actor)


def _let_sign_in(session: Session, application: Application, member: Member, actor: Actor) -> None:
    if application.email:
        ask_first_sign_in(session, member=member, email=application.email, language=application.language)
    elif application.password_hash:
        person = create_person(session, password=None, language=application.language)
        person.password_hash = application.password_hash
        give_hand(session, person=person, member=member, actor=actor)


def _forget_what_moved(application: Application) -> None:
    """What stands with the member now is kept there alone."""
    application.telephone = application.email = application.other_way = ""
    application.guardian_reached_by = application.guardian_email = ""
    application.password_hash = application.guardian_token_hash = None
