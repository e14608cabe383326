"""Sums that members pay ahead for help, and from which visits are paid."""
