"""Letters about joining: what opens something is in the mail and nowhere else."""

import secrets

from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.joining import first_sign_ins
from timebank.joining import invitations
from timebank.joining.first_sign_ins import GOOD_FOR
from timebank.joining.models import DECLINED
from timebank.joining.models import WAITING
from timebank.joining.models import Application
from timebank.joining.models import Invitation
from timebank.mail import Carrier
from timebank.mail import carry_later
from timebank.mail import send_letter
from timebank.mail import write_letter
from timebank.people.sign_ins import hashed
from timebank.queue import Handler
from timebank.queue import Outside
from timebank.queue import Task


def send_welcome_with(carrier: Carrier) -> Handler:
    """Give what tells new members that they are one, with a link for their first sign-in."""

    def handler(session: Session, task: Task) -> Outside | None:
        found = first_sign_ins.to_be_sent(
            session, community_id=task.community_id, member_id=int(task.payload["member"])
        )
        if found is None:
            return None
        first, member = found
        letter = write_letter(
            "welcome",
            community=session.get_one(Community, task.community_id),
            to_address=first.email,
            language=first.language,
            member=member,
            token=first_sign_ins.fresh_token(session, first),
            until=first.asked_at + GOOD_FOR,
        )
        return carry_later(carrier, letter)

    return handler


def ask_guardian_with(carrier: Carrier) -> Handler:
    """Give what asks guardians to consent, by a link that only they have."""

    def handler(session: Session, task: Task) -> Outside | None:
        application = _application(session, task)
        if (
            application is None
            or application.state != WAITING
            or application.guardian_wording is not None
            or not application.guardian_email
        ):
            return None
        token = secrets.token_urlsafe(24)
        application.guardian_token_hash = hashed(token)
        session.flush()
        letter = write_letter(
            "guardian",
            community=session.get_one(Community, task.community_id),
            to_address=application.guardian_email,
            language=application.language,
            application=application,
            token=token,
        )
        return carry_later(carrier, letter)

    return handler


def send_invitation_with(carrier: Carrier) -> Handler:
    """Give what sends invitations, each with a code made for that mail."""

    def handler(session: Session, task: Task) -> Outside | None:
        invitation = session.get(Invitation, int(task.payload["invitation"]))
        if invitation is None or invitation.community_id != task.community_id or not invitation.email:
            return None
        if invitation.ended_at is not None or invitation.used:
            return None
        community = session.get_one(Community, task.community_id)
        letter = write_letter(
            "invitation",
            community=community,
            to_address=invitation.email,
            language=community.language,
            code=invitations.fresh_code(session, invitation),
            until=invitation.good_until,
        )
        return carry_later(carrier, letter)

    return handler


def tell_declined(session: Session, task: Task) -> None:
    """Tell somebody that they were declined, and why."""
    application = _application(session, task)
    if application is not None and application.state == DECLINED and application.email:
        send_letter(
            session,
            "declined",
            community=session.get_one(Community, task.community_id),
            to_address=application.email,
            language=application.language,
            application=application,
        )


def _application(session: Session, task: Task) -> Application | None:
    application = session.get(Application, int(task.payload["application"]))
    return application if application and application.community_id == task.community_id else None
