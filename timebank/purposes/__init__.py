"""Asking those who gave to a fund whether what is left may be for something else."""
