"""Memberships: plans, the fees that are paid for them, and the terms that fees cover."""
