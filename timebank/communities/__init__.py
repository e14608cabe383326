"""Communities: who they are, and the rules they have given themselves."""
