"""Presents of hours: a member gives hours that they have to another member, with a word of thanks."""
