"""Hours between two communities of one install: what they have agreed, giving across, and taking back."""
