"""Which accounts the journal can book to: some of the program's, some that are ready, and a community's own.

What members owe and are owed, tickets, fees, gifts and funds have pages of their own, which keep a row for
each entry; an entry by hand would leave it alone, and the books would not agree with what members read.
"""

import re
from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebank import books
from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.journal.models import COSTS
from timebank.journal.models import LONGEST_NAME
from timebank.journal.models import LONGEST_SLUG
from timebank.journal.models import SORTS
from timebank.journal.models import JournalAccount
from timebank.text import clean_line
from timebank.text import excerpt
from timebank.text import is_visible

_SLUG: Final = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]")
#: What running a group costs, whatever it does.
_OFFICE: Final = "office"
#: The accounts that are there from the start, by their codes, with what they are called.
READY: Final[Mapping[str, str]] = {
    books.BANK: N_("Bank account"),
    books.CASH: N_("Cash box"),
    books.STRIPE_TRANSIT: N_("On its way from Stripe to the bank"),
    books.expenses_code(_OFFICE, "rent"): N_("Rent"),
    books.expenses_code(_OFFICE, "postage"): N_("Postage and telephone"),
    books.expenses_code(_OFFICE, "equipment"): N_("Equipment"),
    books.expenses_code(_OFFICE, "insurance"): N_("Insurance"),
    books.expenses_code(_OFFICE, "bank-fees"): N_("Fees of the bank"),
    books.expenses_code(_OFFICE, "meeting"): N_("Rooms and tea for meetings"),
    books.expenses_code(_OFFICE, "other"): N_("Other costs"),
    books.income_code("interest"): N_("Interest"),
    books.income_code("other"): N_("Other income"),
    books.GENERAL: N_("What is left of all years"),
}


class SlugRefused(Refusal):
    """A short name that cannot stand in the books."""

    sentence = N_(
        "“%(typed)s” cannot be a short name: 2 to %(longest)s small Latin letters, digits and hyphens."
    )
    field = "slug"


class SlugThere(Refusal):
    """A short name that is taken."""

    sentence = N_("Another account has the short name “%(slug)s”.")
    field = "slug"


class NameMissing(Refusal):
    """An account without a name."""

    sentence = N_("An account needs a name.")
    field = "name"


class SortUnknown(Refusal):
    """A sort of account that there is not."""

    sentence = N_("Please choose one of these.")
    field = "sort"


def list_own(session: Session, *, community: Community) -> list[JournalAccount]:
    """List the accounts that a community has opened itself, by their names."""
    found = select(JournalAccount).where(JournalAccount.community_id == community.id)
    return list(session.scalars(found.order_by(JournalAccount.sort, JournalAccount.name, JournalAccount.id)))


def own_names(session: Session, *, community: Community) -> dict[str, str]:
    """Name the accounts that a community has opened itself, by their codes."""
    return {code_of(one): one.name for one in list_own(session, community=community)}


def code_of(account: JournalAccount) -> str:
    """Spell the code of an account that a community has opened itself."""
    if account.sort == COSTS:
        return books.expenses_code("own", account.slug)
    return f"{account.sort}:own-{account.slug}"


def open_account(
    session: Session, *, community: Community, slug: str, name: str, sort: str, actor: Actor
) -> JournalAccount:
    """Open an account of one's own; the caller commits. It stands in the books when it is first booked to."""
    slug, name = slug.strip(), clean_line(name, longest=LONGEST_NAME)
    if not 2 <= len(slug) <= LONGEST_SLUG or not _SLUG.fullmatch(slug):
        raise SlugRefused(typed=excerpt(slug), longest=LONGEST_SLUG)
    if not is_visible(name):
        raise NameMissing
    if sort not in SORTS:
        raise SortUnknown
    account = JournalAccount(community_id=community.id, slug=slug, name=name, sort=sort)
    account.opened_at, account.actor = clock.now(), str(actor)
    try:
        with session.begin_nested():
            session.add(account)
            session.flush()
    except IntegrityError as clash:
        if violated(clash) != "uq_journal_account_community_id_slug":
            raise
        raise SlugThere(slug=slug) from clash
    return account
