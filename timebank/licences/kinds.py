"""The community's own list of kinds of insurance, licences and courses."""

from collections.abc import Sequence

from sqlalchemy import false
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.communities.service import record
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.licences.models import LONGEST_KIND
from timebank.licences.models import LicenceKind
from timebank.text import clean_line
from timebank.text import is_visible


class LicenceKindUnnamed(Refusal):
    """A kind without a name."""

    sentence = N_("Please write what it is, for example driving licence.")
    field = "name"


class LicenceKindThere(Refusal):
    """A kind that is on the list already."""

    sentence = N_("“%(name)s” is on the list already.")
    field = "name"


def list_kinds(session: Session, *, community: Community, retired: bool = False) -> Sequence[LicenceKind]:
    """List a community's kinds in its own order; retired ones only where they are asked for."""
    kinds = select(LicenceKind).where(LicenceKind.community_id == community.id)
    if not retired:
        kinds = kinds.where(LicenceKind.retired == false())
    return session.scalars(kinds.order_by(LicenceKind.position, LicenceKind.id)).all()


def find_kind(session: Session, *, community: Community, kind_id: int) -> LicenceKind | None:
    """Find a kind of this community, retired or not."""
    return session.scalar(
        select(LicenceKind).where(LicenceKind.id == kind_id, LicenceKind.community_id == community.id)
    )


def add_kind(session: Session, *, community: Community, name: str, actor: Actor) -> LicenceKind:
    """Put a kind at the end of the list, or ask for a retired one again; the caller commits."""
    name = clean_line(name, longest=LONGEST_KIND)
    if not is_visible(name):
        raise LicenceKindUnnamed
    ours = LicenceKind.community_id == community.id
    kind = session.scalar(select(LicenceKind).where(ours, LicenceKind.name == name))
    if kind is not None and not kind.retired:
        raise LicenceKindThere(name=name)
    if kind is None:
        last = session.scalar(select(func.max(LicenceKind.position)).where(ours))
        kind = LicenceKind(community_id=community.id, name=name, position=(last or 0) + 1)
        session.add(kind)
    kind.retired = False
    try:
        session.flush()
    except IntegrityError as clash:
        # Two at once: the list then has it, which is what both wanted to know.
        if violated(clash) == "uq_licence_kind_community_id_name":
            raise LicenceKindThere(name=name) from clash
        raise
    record(session, community=community, what="licence-kind-added", before=None, after=name, actor=actor)
    return kind


def retire_kind(session: Session, *, community: Community, kind: LicenceKind, actor: Actor) -> None:
    """Ask for a kind no longer; what is written down of it stays."""
    if not kind.retired:
        kind.retired = True
        record(
            session,
            community=community,
            what="licence-kind-retired",
            before=kind.name,
            after=None,
            actor=actor,
        )
