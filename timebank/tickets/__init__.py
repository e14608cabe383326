"""Tickets for help: booklets that a community sells, what of them is used, and what is owed for the rest."""
