"""Where members have thanks sent, and from where the community pays: said, changed and taken away."""

import unicodedata
from dataclasses import asdict
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from timebank import clock
from timebank.actor import Actor
from timebank.banks.codes import POST
from timebank.banks.codes import branch_of_sign
from timebank.banks.codes import names_of
from timebank.banks.models import LONGEST_CONSIGNOR
from timebank.banks.models import LONGEST_HOLDER
from timebank.banks.models import ORDINARY
from timebank.banks.models import BankAccount
from timebank.banks.models import PayingAccount
from timebank.banks.writing import as_banks_write
from timebank.communities.models import Community
from timebank.db import insert_into
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import Member


class NumberIsNone(Refusal):
    """What is no number of an account."""

    sentence = N_("The number of an account has at most seven figures.")
    field = "number"


class HolderMissing(Refusal):
    """Nobody says in whose name the account is."""

    sentence = N_("Please write in whose name the account is, in kana, as it stands in the passbook.")
    field = "holder"


class HolderTooLong(Refusal):
    """A name that does not fit into its place."""

    sentence = N_(
        "As banks write it this name has %(length)s characters (a voiced mark counts). At most %(most)s fit."
    )

    def __init__(self, field: str, **facts: object) -> None:
        super().__init__(**facts)
        self.field = field


class ConsignorIsNone(Refusal):
    """What is no number of a contract."""

    sentence = N_(
        "The bank gives the consignor a number of ten figures with the contract for transfer files."
    )
    field = "consignor_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An account as it was typed."""

    bank_code: str
    branch_code: str
    kind: str
    number: str
    #: In whose name it is; for the one that pays, who pays.
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An account as it is kept: a bank and a branch that there are, seven figures, a name banks can write."""

    bank_code: str
    branch_code: str
    kind: str
    number: str
    holder: str


def checked(said: Said, *, longest: int, field: str = "holder") -> Checked:
    """Check what was typed as far as anybody can: account numbers of Japan have no check digit."""
    bank_code, branch_code, number = (
        _figures(one) for one in (said.bank_code, said.branch_code, said.number)
    )
    kind = said.kind
    if bank_code == POST and not branch_code:
        sign, _dash, rest = number.partition("-")
        branch_code, number = branch_of_sign(sign, rest)
        kind = ORDINARY
    # Raises where there is no such bank or branch.
    names_of(bank_code, branch_code)
    number = number.replace("-", "")
    if not (number.isascii() and number.isdecimal() and len(number) <= 7):
        raise NumberIsNone
    holder = as_banks_write(said.holder, field=field)
    if not holder:
        raise HolderMissing
    if len(holder) > longest:
        raise HolderTooLong(field, length=len(holder), most=longest)
    return Checked(
        bank_code=bank_code, branch_code=branch_code, kind=kind, number=number.rjust(7, "0"), holder=holder
    )


def account_of(session: Session, *, member: Member) -> BankAccount | None:
    """Find where a member has thanks sent."""
    return session.get(BankAccount, member.id)


def say_account(session: Session, *, member: Member, said: Said, actor: Actor) -> BankAccount:
    """Write down where a member has thanks sent from now on; files that were made stay as they are."""
    facts = checked(said, longest=LONGEST_HOLDER)
    known = asdict(facts) | {"said_at": clock.now(), "actor": str(actor)}
    new = insert_into(session, BankAccount).values(
        member_id=member.id, community_id=member.community_id, **known
    )
    session.execute(new.on_conflict_do_update(index_elements=["member_id"], set_=known))
    return session.get_one(BankAccount, member.id, populate_existing=True)


def forget_account(session: Session, *, member: Member) -> None:
    """Forget where a member had thanks sent; what stands in files of the past stays there."""
    session.execute(delete(BankAccount).where(BankAccount.member_id == member.id))


def paying_account(session: Session, *, community: Community) -> PayingAccount | None:
    """Find the account from which the community pays."""
    return session.get(PayingAccount, community.id)


def say_paying_account(
    session: Session, *, community: Community, consignor_code: str, said: Said, actor: Actor
) -> PayingAccount:
    """Write down from which account, and by which contract with its bank, the community pays."""
    code = _figures(consignor_code)
    if not (code.isascii() and code.isdecimal() and len(code) == 10):
        raise ConsignorIsNone
    facts = checked(said, longest=LONGEST_CONSIGNOR, field="consignor")
    account = {name: value for name, value in asdict(facts).items() if name != "holder"}
    known = account | {"consignor_code": code, "consignor": facts.holder}
    known |= {"said_at": clock.now(), "actor": str(actor)}
    new = insert_into(session, PayingAccount).values(community_id=community.id, **known)
    session.execute(new.on_conflict_do_update(index_elements=["community_id"], set_=known))
    return session.get_one(PayingAccount, community.id, populate_existing=True)


def _figures(typed: str) -> str:
    """Read figures as people type them: full width, with blanks, with some dash."""
    plain = unicodedata.normalize("NFKC", typed)
    for dash in "‐‑‒–—―−ー":
        plain = plain.replace(dash, "-")
    return "".join(plain.split())
