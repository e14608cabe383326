"""Funds: money kept for a purpose, which the books let nobody spend on anything else."""
