"""Contacts: how a member can be reached, and who may know it."""
