"""Agree who may know how members are reached: a community's rules, members' consent, and who has looked."""

from migrations.sql_file import run_sql_file

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the tables of rules and consents, and an index by which the audit trail tells who has looked."""
    run_sql_file(__file__)
