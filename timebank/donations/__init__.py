"""Donations: what anybody gives, with or without an account, and what becomes of it."""
