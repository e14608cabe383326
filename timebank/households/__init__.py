"""Leaving a household with one's own hours: how they are counted, asked for, and settled."""
