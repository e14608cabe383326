"""The tables of the audit trail: what was done, and for a while from where."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from timebank.db import STRICT
from timebank.db import Base
from timebank.db import guarded

LONGEST_ACT = 80
LONGEST_ABOUT = 500
LONGEST_ADDRESS = 45


class AuditEvent(Base):
    """Something that somebody did on our pages; written in the same transaction."""

    __tablename__ = "audit_event"
    __table_args__ = (
        CheckConstraint(f"length(act) BETWEEN 1 AND {LONGEST_ACT}", name="audit_event_act_is_short"),
        CheckConstraint(f"length(about) BETWEEN 2 AND {LONGEST_ABOUT}", name="audit_event_about_is_short"),
        CheckConstraint("length(request) = 16", name="audit_event_has_a_request"),
        Index("audit_event_by_community", "community_id", "id"),
        # What was done of one kind, and about one thing: who has looked up how somebody is reached.
        Index("audit_event_by_act", "community_id", "act", "about"),
        Index("audit_event_by_person", "community_id", "person_id", "id"),
        STRICT,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    community_id: Mapped[int] = mapped_column(ForeignKey("community.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    #: Whom the person acted as; None for an officer who is no member.
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    happened_at: Mapped[datetime]
    #: The page's name in the program, see timebank/acts.py.
    act: Mapped[str]
    #: JSON: the numbers in the address, such as the exchange's.
    about: Mapped[str]
    #: As it stands in the log, and in the answer's X-Request-ID.
    request: Mapped[str]


class AuditAddress(Base):
    """From which address of the network it was done; forgotten after a while, as the trail never is."""

    __tablename__ = "audit_address"
    __table_args__ = (
        CheckConstraint(f"length(address) BETWEEN 1 AND {LONGEST_ADDRESS}", name="audit_address_is_short"),
        STRICT,
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), primary_key=True, autoincrement=False)
    address: Mapped[str]


#: Nobody who slips in some SQL rewrites what was done; as in the ledger, whoever owns the tables still could.
_GUARDS = {
    "sqlite": (
        """CREATE TRIGGER audit_event_stays BEFORE UPDATE ON audit_event
           BEGIN SELECT RAISE(ABORT, 'audit_event_is_final'); END""",
        """CREATE TRIGGER audit_event_remains BEFORE DELETE ON audit_event
           BEGIN SELECT RAISE(ABORT, 'audit_event_is_final'); END""",
    ),
    "postgresql": (
        """CREATE TRIGGER audit_event_stays BEFORE DELETE OR UPDATE ON audit_event
           FOR EACH ROW EXECUTE FUNCTION ledger_is_final()""",
        """CREATE TRIGGER audit_event_remains BEFORE TRUNCATE ON audit_event
           FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_final()""",
    ),
}


guarded(AuditEvent, _GUARDS)
