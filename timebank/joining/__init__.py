"""Joining: asking for it, an invitation, a paper form; and what somebody has consented to."""
