"""Exchanges: hours that one member gave another, from the first word to the books."""
