"""What stands in a file for the bank: accounts with the names of their banks, and sums that fit."""

from collections.abc import Sequence
from datetime import date

from timebank.banks import zengin
from timebank.banks.codes import BankUnknown
from timebank.banks.codes import BranchUnknown
from timebank.banks.codes import kana_of
from timebank.banks.models import BankAccount
from timebank.banks.models import PayingAccount
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.members.models import Member
from timebank.money import Money


class BankGone(Refusal):
    """An account at a bank or branch that is in the list no more: they merge, and lists are renewed."""

    sentence = N_(
        "The bank or branch of %(name)s (%(bank)s-%(branch)s) is not in the list of banks any more. Please "
        "have the account written down anew."
    )
    field = "who"


class MoreThanFits(Refusal):
    """Sums for which the format has no room."""

    sentence = N_(
        "A file holds at most %(one)s for a member, and %(all)s for all of them. Please make several, or pay "
        "in another way."
    )
    field = "who"


def content_of(
    sender: PayingAccount, lines: Sequence[tuple[Member, int, BankAccount, bool]], pays_on: date
) -> bytes:
    """Write the file that pays these members from an account, each with whether it is the first time."""
    amounts = [amount for _member, amount, _account, _first in lines]
    if max(amounts) > zengin.MOST_A_LINE or sum(amounts) > zengin.MOST_A_FILE:
        raise MoreThanFits(one=Money(zengin.MOST_A_LINE, "JPY"), all=Money(zengin.MOST_A_FILE, "JPY"))
    paying = zengin.Sender(
        code=sender.consignor_code, name=sender.consignor, account=_account(sender, sender.consignor)
    )
    asked = [
        zengin.Line(
            account=_account(account, member.name),
            holder=account.holder,
            amount=amount,
            first=first,
            customer=str(member.id)[-10:],
        )
        for member, amount, account, first in lines
    ]
    return zengin.written(paying, asked, pays_on=pays_on)


def _account(account: BankAccount | PayingAccount, name: str) -> zengin.Account:
    try:
        bank, branch = kana_of(account.bank_code, account.branch_code)
    except (BankUnknown, BranchUnknown) as unknown:
        raise BankGone(name=name, bank=account.bank_code, branch=account.branch_code) from unknown
    return zengin.Account(
        bank_code=account.bank_code,
        bank=bank,
        branch_code=account.branch_code,
        branch=branch,
        kind=account.kind,
        number=account.number,
    )
