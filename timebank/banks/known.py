"""What is known of a member's account at a bank, and of what was sent there."""

from typing import Final

from timebank.banks.models import BankAccount
from timebank.banks.models import TransferLine
from timebank.errors import N_
from timebank.known import Known
from timebank.known import taken_away

_ACCOUNT: Final = {
    "bank_code": N_("Code of the bank"),
    "branch_code": N_("Code of the branch"),
    "kind": N_("Kind of account"),
    "number": N_("Number of the account"),
    "holder": N_("In whose name"),
}

KNOWN: Final = (
    Known(
        label=N_("Where you have thanks sent"),
        table=BankAccount,
        about=lambda whom: BankAccount.member_id == whom.member_id,
        told=_ACCOUNT | {"said_at": N_("When")},
        untold=frozenset({"member_id", "community_id", "actor"}),
        erase=taken_away,
    ),
    Known(
        label=N_("Thanks that were sent to your account"),
        table=TransferLine,
        about=lambda whom: TransferLine.member_id == whom.member_id,
        told={"file_id": N_("Number of the file"), "line": N_("Line")} | _ACCOUNT,
        untold=frozenset({"member_id", "community_id", "first", "paid_id", "entry_id"}),
        kept=N_("Who paid how much and when: for as long as the law wants books and receipts kept."),
    ),
)
