"""What may be done with people: letting them in, giving and taking offices, keeping what they had typed."""

import json
import unicodedata
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Sequence
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.communities.models import Community
from timebank.db import violated
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.people.models import LONGEST_EMAIL
from timebank.people.models import LONGEST_KEPT
from timebank.people.models import KeptForm
from timebank.people.models import Office
from timebank.people.models import OfficeEvent
from timebank.people.models import PasswordOfOne
from timebank.people.models import Person
from timebank.people.models import ShownSignIn
from timebank.people.sign_ins import end_all
from timebank.people.sign_ins import end_those_of_one
from timebank.rights import OFFICES
from timebank.rights import STEWARD
from timebank.settings import LANGUAGES
from timebank.text import clean_line
from timebank.text import excerpt
from timebank.text import is_storable

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200
#: What sets addresses apart from each other, or from what stands around them.
_NOT_IN_ADDRESSES = frozenset(' <>()[],;:"\\')

_HASHER = PasswordHasher()


class EmailRefused(Refusal):
    """A text that is not an e-mail address."""

    sentence = N_("“%(typed)s” is not an e-mail address.")
    field = "email"


class EmailTaken(Refusal):
    """An e-mail address by which somebody else signs in."""

    sentence = N_("Somebody signs in with %(email)s already.")
    field = "email"


class PasswordTooShort(Refusal):
    """A password that could be guessed."""

    sentence = N_("A password needs at least %(shortest)s characters.")
    field = "password"


class PasswordTooLong(Refusal):
    """A password that nobody types."""

    sentence = N_("A password has at most %(longest)s characters.")
    field = "password"


class PasswordWrong(Refusal):
    """The old password was not this one."""

    sentence = N_("This is not your current password.")
    field = "old_password"


class SignInRefused(Refusal):
    """A name and a password that do not belong together; which of the two is wrong is not said."""

    sentence = N_("We do not know this e-mail address or number with this password. Please try again.")


class LanguageUnknown(Refusal):
    """A language that the program does not speak."""

    sentence = N_("“%(typed)s” is not a language of this program.")
    field = "language"


class RoleUnknown(Refusal):
    """A role that is no office."""

    sentence = N_("“%(typed)s” is not an office.")
    field = "role"


class LastSteward(Refusal):
    """The only steward would give up the office, and nobody could give it again."""

    sentence = N_("A community needs a steward. Give the office to somebody else first.")
    field = "roles"


def create_person(
    session: Session,
    *,
    password: str | None,
    email: str | None = None,
    language: str | None = None,
    community_id: int | None = None,
) -> Person:
    """Make somebody who can sign in, in one community only where an officer typed the password there."""
    email = clean_email(email) if email else None
    if language is not None and language not in LANGUAGES:
        raise LanguageUnknown(typed=excerpt(language))
    if email and find_by_email(session, email):
        raise EmailTaken(email=email)
    person = Person(
        email=email,
        password_hash=hash_password(password) if password is not None else None,
        language=language,
        created_at=clock.now(),
    )
    session.add(person)
    try:
        session.flush()
    except IntegrityError as clash:
        if violated(clash) == "uq_person_email":
            raise EmailTaken(email=email) from clash
        raise
    if community_id is not None:
        session.add(PasswordOfOne(person_id=person.id, community_id=community_id))
        session.flush()
    return person


def clean_email(typed: str) -> str:
    """Return an e-mail address as it is stored: in lower case."""
    email = clean_line(typed, longest=LONGEST_EMAIL).lower()
    name, at, host = email.rpartition("@")
    # SQLite's lower() knows ASCII only, and so does nearly every mail server.
    if not (name and at and host) or _NOT_IN_ADDRESSES & set(email) or "@" in name or not email.isascii():
        raise EmailRefused(typed=excerpt(typed))
    return email


def find_by_email(session: Session, email: str) -> Person | None:
    """Find a person by the e-mail address they sign in with, however it is written."""
    wanted = email.strip().lower()
    if not is_storable(wanted):
        return None
    return session.scalar(select(Person).where(Person.email == wanted))


def sign_in(candidates: Iterable[Person], *, password: str) -> Person:
    """Tell which of the people this password is of; as slow where there is nobody."""
    people = [person for person in candidates if person.password_hash]
    found = matching([person.password_hash for person in people if person.password_hash], password)
    if found is None:
        raise SignInRefused
    return next(person for person in people if person.password_hash == found)


def matching(hashes: Sequence[str], password: str) -> str | None:
    """Tell which of the hashes a password has; every one is looked at, and one where there is none."""
    found = None
    for kept in hashes or [_nobodys_hash()]:
        if _matches(kept, password) and kept in hashes:
            found = kept
    return found


def stronger_hash(person: Person, *, password: str) -> str | None:
    """Hash a password anew where the way of hashing has become stronger since; None where it has not."""
    if person.password_hash and _HASHER.check_needs_rehash(person.password_hash):
        return _HASHER.hash(_bytes(password))
    return None


def renew_hash(session: Session, *, person: Person, known: str | None, stronger: str | None) -> None:
    """Keep a stronger hash in place of the known one; who changed their password meanwhile is not let in."""
    if person.password_hash != known:
        raise SignInRefused
    person.password_hash = stronger or known
    session.flush()


def hash_password(password: str) -> str:
    """Hash a new password, or refuse it."""
    if len(_spelt(password)) > LONGEST_PASSWORD:
        raise PasswordTooLong(longest=LONGEST_PASSWORD)
    if len(_spelt(password)) < SHORTEST_PASSWORD:
        raise PasswordTooShort(shortest=SHORTEST_PASSWORD)
    return _HASHER.hash(_bytes(password))


def set_password(session: Session, *, person: Person, password: str, community_id: int | None = None) -> None:
    """Give a person a password, which signs them out everywhere; of one community only, if one is named."""
    person.password_hash = hash_password(password)
    for table in (ShownSignIn, PasswordOfOne):
        session.execute(delete(table).where(table.person_id == person.id))
    if community_id is not None:
        session.add(PasswordOfOne(person_id=person.id, community_id=community_id))
    end_all(session, person=person)
    session.flush()


def opened_by_password(session: Session, *, person: Person) -> int | None:
    """Tell which one community somebody's password opens; None where it opens every one."""
    one = select(PasswordOfOne.community_id).where(PasswordOfOne.person_id == person.id)
    return session.scalar(one)


def check_password(person: Person, *, password: str) -> None:
    """Refuse whoever does not know the password that somebody has now."""
    if not person.password_hash or not _matches(person.password_hash, password):
        raise PasswordWrong


def change_language(session: Session, *, person: Person, language: str | None) -> None:
    """Let a person read in their own language, or in their community's (None)."""
    if language is not None and language not in LANGUAGES:
        raise LanguageUnknown(typed=excerpt(language))
    person.language = language
    session.flush()


def give_office(session: Session, *, person: Person, community: Community, role: str, actor: Actor) -> None:
    """Give a person an office in a community; twice is once."""
    if role not in OFFICES:
        raise RoleUnknown(typed=excerpt(role))
    key = (person.id, community.id, role)
    if session.get(Office, key) is None:
        session.add(Office(person_id=person.id, community_id=community.id, role=role))
        # Whoever gave a code may have used it themselves: it must not come to an office by that.
        end_those_of_one(session, person=person)
        _record_office(session, person=person, community=community, role=role, what="given", actor=actor)


def take_office(session: Session, *, person: Person, community: Community, role: str, actor: Actor) -> None:
    """Take an office from a person."""
    office = session.get(Office, (person.id, community.id, role))
    if office is not None:
        session.delete(office)
        _record_office(session, person=person, community=community, role=role, what="taken", actor=actor)


def set_offices(
    session: Session, *, person: Person, community: Community, roles: Collection[str], actor: Actor
) -> None:
    """Let a person hold these offices in a community and no others; its last steward stays one."""
    held = roles_of(session, person=person, community=community)
    if STEWARD in held and STEWARD not in roles and _stewards(session, community) == 1:
        raise LastSteward
    for role in sorted(set(roles) - held):
        give_office(session, person=person, community=community, role=role, actor=actor)
    for role in sorted(held - set(roles)):
        take_office(session, person=person, community=community, role=role, actor=actor)


def roles_of(session: Session, *, person: Person, community: Community) -> frozenset[str]:
    """Tell which offices a person holds in a community."""
    held = select(Office.role).where(Office.person_id == person.id, Office.community_id == community.id)
    return frozenset(session.scalars(held))


def keep_form(
    session: Session, *, person: Person, path: str, target: str, fields: Sequence[tuple[str, str]]
) -> None:
    """Keep what somebody had typed until the form is posted again; only the newest of a page."""
    written = json.dumps(fields)
    if len(written) <= LONGEST_KEPT:
        session.merge(
            KeptForm(person_id=person.id, path=path, target=target, fields=written, kept_at=clock.now())
        )
        session.flush()


def kept_form(session: Session, *, person: Person, path: str) -> list[tuple[str, str]]:
    """Read what was kept for a page; nothing where nothing was."""
    kept = session.get(KeptForm, (person.id, path))
    return [(name, value) for name, value in json.loads(kept.fields)] if kept else []


def forget_form(session: Session, *, person: Person, target: str) -> None:
    """Let go of what was kept, now that the form is posted."""
    session.execute(delete(KeptForm).where(KeptForm.person_id == person.id, KeptForm.target == target))


def show_sign_in(
    session: Session, *, person: Person, community: Community, sign_in_name: str, label: str, password: str
) -> None:
    """Let anybody read a password on the sign-in page in demo mode: for the demo's own people only."""
    known = select(ShownSignIn.position).where(ShownSignIn.community_id == community.id)
    session.add(
        ShownSignIn(
            person_id=person.id,
            community_id=community.id,
            position=len(session.scalars(known).all()) + 1,
            sign_in_name=sign_in_name,
            label=label,
            password=password,
        )
    )
    session.flush()


def shown_sign_ins(session: Session, *, community: Community) -> Sequence[ShownSignIn]:
    """List the sign-ins that anybody may read."""
    shown = select(ShownSignIn).where(ShownSignIn.community_id == community.id)
    return session.scalars(shown.order_by(ShownSignIn.position)).all()


def _stewards(session: Session, community: Community) -> int:
    held = select(func.count()).where(Office.community_id == community.id, Office.role == STEWARD)
    return session.scalar(held) or 0


def _record_office(
    session: Session, *, person: Person, community: Community, role: str, what: str, actor: Actor
) -> None:
    session.add(
        OfficeEvent(
            community_id=community.id,
            person_id=person.id,
            role=role,
            what=what,
            happened_at=clock.now(),
            actor=str(actor),
        )
    )
    session.flush()


def _spelt(password: str) -> str:
    # A Japanese keyboard writes the same password full width or half width.
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    # Half characters cannot be written as UTF-8, and a password may hold anything.
    return _spelt(password).encode("utf-8", "surrogatepass")


def _matches(kept: str, password: str) -> bool:
    # Nobody's password is longer, and hashing a book takes long: but as long as a wrong one takes.
    tried = _bytes(password if len(password) <= LONGEST_PASSWORD else "")
    try:
        return _HASHER.verify(kept, tried)
    except VerifyMismatchError:
        return False


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("a password that nobody has")
