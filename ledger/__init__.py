"""Double-entry books over SQLAlchemy: a small library that knows nothing of what it counts.

Every entry is a handful of transfers, each from one account to another, so that nothing unbalanced can
be written down; totals, limits and immutability are kept by the database itself, on SQLite and on
PostgreSQL. ``docs/ledger.md`` shows it in twenty lines.
"""

from ledger.accounts import NewAccount
from ledger.accounts import balance
from ledger.accounts import close_account
from ledger.accounts import find_account
from ledger.accounts import open_account
from ledger.accounts import open_accounts
from ledger.accounts import open_book
from ledger.accounts import open_commodity
from ledger.accounts import reopen_account
from ledger.accounts import set_limits
from ledger.columns import Day
from ledger.columns import Flag
from ledger.columns import Instant
from ledger.columns import Whole
from ledger.creating import create_all
from ledger.edge import begin
from ledger.edge import connect
from ledger.edge import is_transient
from ledger.edge import normal_url
from ledger.edge import prepare
from ledger.edge import transaction
from ledger.errors import AccountClosed
from ledger.errors import AccountExists
from ledger.errors import AccountNotEmpty
from ledger.errors import AccountRefused
from ledger.errors import AccountUnknown
from ledger.errors import ActorRefused
from ledger.errors import AlreadyReversed
from ledger.errors import AmountNotPositive
from ledger.errors import AmountNotWhole
from ledger.errors import AmountTooLarge
from ledger.errors import BookExists
from ledger.errors import BookUnknown
from ledger.errors import CeilingExceeded
from ledger.errors import CodeRefused
from ledger.errors import CommodityClash
from ledger.errors import DayRefused
from ledger.errors import EntryNotSealed
from ledger.errors import EntryRefused
from ledger.errors import EntryUnknown
from ledger.errors import EntryWithoutTransfer
from ledger.errors import FileRefused
from ledger.errors import FloorExceeded
from ledger.errors import KeyRefused
from ledger.errors import KeyReused
from ledger.errors import KindRefused
from ledger.errors import LedgerError
from ledger.errors import LimitExceeded
from ledger.errors import LimitsRefused
from ledger.errors import MemoRefused
from ledger.errors import MonthOutOfTurn
from ledger.errors import NotReversible
from ledger.errors import PeriodClosed
from ledger.errors import PromiseBroken
from ledger.errors import ProofRefused
from ledger.errors import ReasonMissing
from ledger.errors import SameAccount
from ledger.errors import TotalTooLarge
from ledger.errors import TransferRefused
from ledger.errors import WrongBook
from ledger.errors import WrongCommodity
from ledger.export import export_beancount
from ledger.export import export_csv
from ledger.export import export_hledger
from ledger.grants import grant
from ledger.grants import unguarded
from ledger.hashes import Seal
from ledger.hashes import SealedEntry
from ledger.hashes import SealedLine
from ledger.hashes import sha256
from ledger.hashes import spelt
from ledger.inclusion import InclusionProof
from ledger.inclusion import read_proof
from ledger.model import LARGEST_AMOUNT
from ledger.model import Account
from ledger.model import AccountType
from ledger.model import Balance
from ledger.model import Entry
from ledger.model import Posted
from ledger.model import PostedLine
from ledger.model import StatementLine
from ledger.model import StatementPage
from ledger.model import Transfer
from ledger.model import TrialLine
from ledger.periods import close_month
from ledger.periods import closed_through
from ledger.periods import last_day
from ledger.periods import reopen_month
from ledger.periods import take_snapshots
from ledger.posting import keys_used
from ledger.posting import post
from ledger.posting import post_alone
from ledger.posting import post_many
from ledger.posting import reverse
from ledger.proof import Proof
from ledger.proof import prove
from ledger.reading import as_of
from ledger.reading import balance_on
from ledger.reading import statement
from ledger.reading import trial_balance
from ledger.reading import turnover
from ledger.reading_back import read_beancount
from ledger.schema import metadata
from ledger.seals import find_seal
from ledger.seals import inclusion_proof
from ledger.seals import newest_seal
from ledger.seals import seal
from ledger.seals import unsealed

__all__ = [
    "LARGEST_AMOUNT",
    "Account",
    "AccountClosed",
    "AccountExists",
    "AccountNotEmpty",
    "AccountRefused",
    "AccountType",
    "AccountUnknown",
    "ActorRefused",
    "AlreadyReversed",
    "AmountNotPositive",
    "AmountNotWhole",
    "AmountTooLarge",
    "Balance",
    "BookExists",
    "BookUnknown",
    "CeilingExceeded",
    "CodeRefused",
    "CommodityClash",
    "Day",
    "DayRefused",
    "Entry",
    "EntryNotSealed",
    "EntryRefused",
    "EntryUnknown",
    "EntryWithoutTransfer",
    "FileRefused",
    "Flag",
    "FloorExceeded",
    "InclusionProof",
    "Instant",
    "KeyRefused",
    "KeyReused",
    "KindRefused",
    "LedgerError",
    "LimitExceeded",
    "LimitsRefused",
    "MemoRefused",
    "MonthOutOfTurn",
    "NewAccount",
    "NotReversible",
    "PeriodClosed",
    "Posted",
    "PostedLine",
    "PromiseBroken",
    "Proof",
    "ProofRefused",
    "ReasonMissing",
    "SameAccount",
    "Seal",
    "SealedEntry",
    "SealedLine",
    "StatementLine",
    "StatementPage",
    "TotalTooLarge",
    "Transfer",
    "TransferRefused",
    "TrialLine",
    "Whole",
    "WrongBook",
    "WrongCommodity",
    "as_of",
    "balance",
    "balance_on",
    "begin",
    "close_account",
    "close_month",
    "closed_through",
    "connect",
    "create_all",
    "export_beancount",
    "export_csv",
    "export_hledger",
    "find_account",
    "find_seal",
    "grant",
    "inclusion_proof",
    "is_transient",
    "keys_used",
    "last_day",
    "metadata",
    "newest_seal",
    "normal_url",
    "open_account",
    "open_accounts",
    "open_book",
    "open_commodity",
    "post",
    "post_alone",
    "post_many",
    "prepare",
    "prove",
    "read_beancount",
    "read_proof",
    "reopen_account",
    "reopen_month",
    "reverse",
    "seal",
    "set_limits",
    "sha256",
    "spelt",
    "statement",
    "take_snapshots",
    "transaction",
    "trial_balance",
    "turnover",
    "unguarded",
    "unsealed",
]
