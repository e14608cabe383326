"""Second factors: an authenticator's codes, and the recovery codes on paper for when it is lost."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest

import pyotp
from argon2.low_level import Type
from argon2.low_level import hash_secret_raw
from sqlalchemy import delete
from sqlalchemy import exists
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.orm import Session

from timebank import clock
from timebank.db import insert_into
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.people import service
from timebank.people.codes import digits_in
from timebank.people.locks import lock
from timebank.people.locks import unlock
from timebank.people.models import Authenticator
from timebank.people.models import Person
from timebank.people.models import RecoveryCode
from timebank.people.models import SignIn
from timebank.people.sign_ins import end_all
from timebank.text import half_width

#: What authenticators take for granted.
DIGITS = 6
SECONDS = 30
#: Clocks differ: a code may come half a minute early or late.
_DRIFT = 1

#: How many recovery codes stand on one paper, and how many signs each has.
PRINTED = 10
_SIGNS_OF_ONE = 12
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
#: Argon2id as OWASP's least: each has 59 bits of chance, and ten are hashed at once.
_KIBIBYTES, _PASSES = 19_456, 2
_SECRET = "authenticator"  # noqa: S105 (what it is for)


class CodeWrong(Refusal):
    """A code that is none, or not the one of now."""

    sentence = N_("This code is not right. A code is good for half a minute: please type the newest one.")
    field = "code"


class CodeUsed(Refusal):
    """A code that was taken before; somebody may have looked over a shoulder."""

    sentence = N_("This code was used already. Please wait for the next one.")
    field = "code"


class ProofWrong(Refusal):
    """Neither the password nor a code of whoever is signed in."""

    sentence = N_("This is neither your password nor a code of yours that is good now.")
    field = "password_or_code"


class OpensOneOnly(Refusal):
    """A sign-in that an officer's code has led to wants a second factor."""

    sentence = N_(
        "You came in by a password that was chosen with a coordinator's help, and anybody who helped could "
        "know it. Sign in by a link from a mail first, or ask whoever runs the program for a password of "
        "your own."
    )


@dataclass(frozen=True, slots=True)
class FoundCode:
    """A code that was typed right, before it is used: of a half minute, or of a paper."""

    step: int | None = None
    recovery_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """That it is really them: by a code, or by the password that they have."""

    code: FoundCode | None = None
    password_hash: str | None = None


@dataclass(frozen=True, slots=True)
class NewCodes:
    """Recovery codes, hashed already: the codes themselves are kept nowhere."""

    codes: Sequence[str]
    salt: str
    hashes: Sequence[str]


# --- having one ---------------------------------------------------------------------------------------------


def is_set_up(session: Session, *, person: Person) -> bool:
    """Say whether somebody has a second factor, and is asked for it when they sign in."""
    return bool(session.scalar(select(exists().where(Authenticator.person_id == person.id))))


def authenticator_of(session: Session, *, person: Person) -> Authenticator | None:
    """Find somebody's authenticator."""
    return session.get(Authenticator, person.id)


def fresh_secret() -> str:
    """Make the secret of an authenticator: 160 bits, in letters and digits that can be typed."""
    return pyotp.random_base32()


def address_of(secret: str, *, name: str, issuer: str) -> str:
    """Spell what an authenticator reads from a square."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def check_code(secret: str, typed: str, *, here: SignIn) -> int:
    """Give the half minute of which an authenticator's first code is; refuse one that it did not make."""
    if here.community_id is not None:
        raise OpensOneOnly
    step = _step_of(secret, typed)
    if step is None:
        raise CodeWrong
    return step


def set_up(session: Session, *, person: Person, secret: str, code: str, here: SignIn) -> None:
    """Give somebody an authenticator, in place of one they may have had, once its code is right.

    Every other sign-in of theirs ends, and this one counts as one with a second factor. The caller commits.
    """
    step = check_code(secret, code, here=here)
    _one_by_one(session, person)
    found = authenticator_of(session, person=person)
    if found is not None and unlock(found.locked_secret, what=_SECRET) == secret:
        raise CodeUsed
    keep_secret(session, person=person, secret=secret, step=step)
    end_all(session, person=person, but=here)
    here.second_factor_at = clock.now()
    session.flush()


def keep_secret(session: Session, *, person: Person, secret: str, step: int = 0) -> None:
    """Keep the secret of somebody's authenticator, locked."""
    kept = {"locked_secret": lock(secret, what=_SECRET), "last_step": step, "set_up_at": clock.now()}
    new = insert_into(session, Authenticator).values(person_id=person.id, **kept)
    session.execute(new.on_conflict_do_update(index_elements=["person_id"], set_=kept))


def remove(session: Session, *, person: Person, here: SignIn | None = None) -> None:
    """Take somebody's second factor and its recovery codes away; all their sign-ins end but this one.

    Offices that ask for a second factor sleep from now on. The caller commits.
    """
    for table in (Authenticator, RecoveryCode):
        session.execute(delete(table).where(table.person_id == person.id))
    end_all(session, person=person, but=here)
    if here is not None:
        here.second_factor_at = None
    session.flush()


# --- codes --------------------------------------------------------------------------------------------------


def find_code(session: Session, *, person: Person, typed: str) -> FoundCode | None:
    """Tell which code of somebody's was typed, if it is one of theirs."""
    if found := authenticator_of(session, person=person):
        secret = unlock(found.locked_secret, what=_SECRET)
        step = _step_of(secret, typed) if secret else None
        if step is not None:
            return FoundCode(step=step)
    return _find_recovery_code(session, person=person, typed=typed)


def use_code(session: Session, *, person: Person, found: FoundCode) -> None:
    """Use a code up; of two who send it at once only one is let in. The caller commits."""
    if found.step is not None:
        later = update(Authenticator).where(
            Authenticator.person_id == person.id, Authenticator.last_step < found.step
        )
        used = later.values(last_step=found.step).returning(Authenticator.person_id)
    else:
        once = delete(RecoveryCode).where(
            RecoveryCode.person_id == person.id, RecoveryCode.code_hash == found.recovery_hash
        )
        used = once.returning(RecoveryCode.person_id)  # type: ignore[assignment]
    if session.execute(used.execution_options(synchronize_session=False)).one_or_none() is None:
        raise CodeUsed


def code_to_show(session: Session, *, person_id: int) -> tuple[str, int] | None:
    """Give the code that is good now and for how many seconds: of the demo's people only."""
    found = session.get(Authenticator, person_id)
    secret = unlock(found.locked_secret, what=_SECRET) if found else None
    if found is None or secret is None:
        return None
    now = clock.now().timestamp()
    # A code is good once: who has just used it is shown the next one, which may come early.
    step = min(max(int(now) // SECONDS, found.last_step + 1), int(now) // SECONDS + _DRIFT)
    return code_of(secret, step), (step + 1) * SECONDS - int(now)


def code_of(secret: str, step: int) -> str:
    """Give the code of a half minute."""
    return pyotp.TOTP(secret).generate_otp(step)


def _step_of(secret: str, typed: str) -> int | None:
    """Tell of which half minute the typed code is, about now; None where it is of none."""
    digits = digits_in(typed)
    if len(digits) != DIGITS:
        return None
    now, found = int(clock.now().timestamp()) // SECONDS, None
    for step in range(now - _DRIFT, now + _DRIFT + 1):
        if compare_digest(code_of(secret, step), digits):
            found = step
    return found


# --- recovery codes -----------------------------------------------------------------------------------------


def make_recovery_codes() -> NewCodes:
    """Make the recovery codes of one paper; hashing them takes a moment, so nobody's lock is held."""
    codes = ["".join(secrets.choice(_SIGNS) for _ in range(_SIGNS_OF_ONE)) for _ in range(PRINTED)]
    salt = secrets.token_hex(16)
    return NewCodes(codes, salt, [_slow_hash(code, salt) for code in codes])


def keep_recovery_codes(session: Session, *, person: Person, new: NewCodes) -> None:
    """Let somebody use these recovery codes and no older ones; the caller commits."""
    _one_by_one(session, person)
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    rows = [{"person_id": person.id, "code_hash": one, "salt": new.salt} for one in new.hashes]
    session.execute(insert(RecoveryCode), rows)


def recovery_codes_left(session: Session, *, person: Person) -> int:
    """Count the recovery codes that somebody has not used."""
    left = select(func.count()).where(RecoveryCode.person_id == person.id)
    return session.scalar(left) or 0


def in_fours(text: str, between: str) -> str:
    """Set the signs of a code or secret apart in fours, as they stand on paper."""
    return between.join(text[at : at + 4] for at in range(0, len(text), 4))


def _one_by_one(session: Session, person: Person) -> None:
    """Let one request at a time change how somebody signs in; SQLite has one writer anyway."""
    session.execute(select(Person.id).where(Person.id == person.id).with_for_update())


def _find_recovery_code(session: Session, *, person: Person, typed: str) -> FoundCode | None:
    code = "".join(sign for sign in half_width(typed).casefold() if sign.isalnum())
    salt = select(RecoveryCode.salt).where(RecoveryCode.person_id == person.id).limit(1)
    known = session.scalar(salt)
    if known is None or len(code) != _SIGNS_OF_ONE or not set(code) <= set(_SIGNS):
        return None
    found = session.get(RecoveryCode, (person.id, _slow_hash(code, known)))
    return FoundCode(recovery_hash=found.code_hash) if found else None


def _slow_hash(code: str, salt: str) -> str:
    found = hash_secret_raw(code.encode(), bytes.fromhex(salt), _PASSES, _KIBIBYTES, 1, 32, Type.ID)
    return found.hex()


# --- proofs -------------------------------------------------------------------------------------------------


def find_proof(session: Session, *, person: Person, typed: str) -> Proof:
    """See that it is really them: by their password, or by a code of theirs."""
    if code := find_code(session, person=person, typed=typed):
        return Proof(code=code)
    try:
        service.check_password(person, password=typed)
    except service.PasswordWrong as wrong:
        raise ProofWrong from wrong
    return Proof(password_hash=person.password_hash)


def use_proof(session: Session, *, person: Person, proof: Proof) -> None:
    """Use the code up, or see that the password is still the same; the caller commits."""
    if proof.code is not None:
        use_code(session, person=person, found=proof.code)
    elif person.password_hash != proof.password_hash:
        raise ProofWrong
