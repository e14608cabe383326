"""Farewells: a member leaves or has died, what becomes of their hours, and taking somebody back."""
