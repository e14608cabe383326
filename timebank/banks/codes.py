"""Banks and branches of Japan by their codes, from the list that ``zengin-code`` carries."""

from functools import cache
from typing import Final

import zengin_code

from timebank.banks.writing import as_banks_write
from timebank.errors import N_
from timebank.errors import Refusal

#: Japan Post Bank, whose passbooks say a sign and a number instead of a branch and an account.
POST: Final = "9900"
_NAME_BYTES: Final = 15


class BankUnknown(Refusal):
    """No bank has this code."""

    sentence = N_("No bank has the code %(code)s. It has four figures, for example 9900 for Japan Post Bank.")
    field = "bank_code"


class BranchUnknown(Refusal):
    """No branch of this bank has this code."""

    sentence = N_("%(bank)s has no branch with the code %(code)s. It has three figures.")
    field = "branch_code"


class SignUnknown(Refusal):
    """A sign and a number of Japan Post Bank that are none."""

    sentence = N_(
        "A sign has five figures, begins with 1 and ends with 0, and its number has up to eight figures and "
        "ends with 1, as 10530 and 12345671."
    )
    field = "number"


def names_of(bank_code: str, branch_code: str) -> tuple[str, str]:
    """Name a bank and its branch as people read them. Raises BankUnknown, BranchUnknown."""
    bank, branch = _found(bank_code, branch_code)
    return bank.name, branch.name


def shown_names(bank_code: str, branch_code: str) -> tuple[str, str]:
    """Name a bank and its branch for a page; by their codes where the list does not know them any more."""
    try:
        return names_of(bank_code, branch_code)
    except (BankUnknown, BranchUnknown):
        return bank_code, branch_code


def kana_of(bank_code: str, branch_code: str) -> tuple[str, str]:
    """Name a bank and its branch as banks write them, cut to their places in the file."""
    bank, branch = _found(bank_code, branch_code)
    return _short(bank.kana), _short(branch.kana)


def branch_of_sign(sign: str, number: str) -> tuple[str, str]:
    """Turn sign and number of a passbook of Japan Post Bank into branch and account.

    10530 and 12345671 are 058 and 1234567: the second and third figure of the sign and an 8 are the branch;
    the number without its last figure, which is always 1, is the account (ゆうちょ銀行,
    「記号番号から振込用の店名・預金種目・口座番号を調べる」).
    """
    if len(sign) != 5 or sign[0] != "1" or sign[-1] != "0" or not 2 <= len(number) <= 8 or number[-1] != "1":
        raise SignUnknown
    return sign[1:3] + "8", number[:-1].rjust(7, "0")


def _found(bank_code: str, branch_code: str) -> tuple[zengin_code.Bank, zengin_code.Branch]:
    bank = zengin_code.Bank.all.get(bank_code)
    if bank is None:
        raise BankUnknown(code=bank_code)
    branch = bank.branches.get(branch_code)
    if branch is None:
        raise BranchUnknown(bank=bank.name, code=branch_code)
    return bank, branch


@cache
def _short(kana: str) -> str:
    return as_banks_write(kana, field="bank_code")[:_NAME_BYTES]
