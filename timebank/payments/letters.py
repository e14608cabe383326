"""The letters about what repeats: that nothing could be taken, and that it has stopped."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.mail import send_letter
from timebank.payments.booking import Purposes
from timebank.payments.regular import find_by_id
from timebank.queue import Handler
from timebank.queue import Task


def tell_with(purposes: Callable[[], Purposes], template: str) -> Handler:
    """Give what writes one of these letters to whoever pays, where they left an address."""

    def tell(session: Session, task: Task) -> None:
        community = session.get_one(Community, task.community_id)
        found = find_by_id(
            session, community=community, regular_id=task.payload["subscription"], purposes=purposes()
        )
        if found is not None and found.payment.email:
            send_letter(
                session,
                template,
                community=community,
                to_address=found.payment.email,
                language=found.payment.language,
                one=found,
            )

    return tell
