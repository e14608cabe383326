"""The letter with a link to sign in: its token is in the mail and nowhere else."""

from sqlalchemy.orm import Session

from timebank.communities.models import Community
from timebank.mail import Carrier
from timebank.mail import carry_later
from timebank.mail import write_letter
from timebank.people import links
from timebank.queue import Handler
from timebank.queue import Outside
from timebank.queue import Task


def send_links_with(carrier: Carrier) -> Handler:
    """Give what sends links: not by way of the table of mails, which would keep their tokens."""

    def handler(session: Session, task: Task) -> Outside | None:
        found = links.to_be_sent(session, community_id=task.community_id, link_id=int(task.payload["link"]))
        if found is None:
            return None
        link, person = found
        community = session.get_one(Community, task.community_id)
        letter = write_letter(
            "sign_in_link",
            community=community,
            to_address=person.email or "",
            language=person.language or community.language,
            token=links.fresh_token(session, link),
            until=link.asked_at + links.GOOD_FOR,
        )
        return carry_later(carrier, letter)

    return handler
