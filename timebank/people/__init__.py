"""People: who can sign in, and the offices they hold."""
