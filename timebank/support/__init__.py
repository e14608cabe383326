"""Visits that are paid for: what was paid, thanked with and kept, and what members owe and are owed."""
