"""The journal: entries that treasurers write themselves, line by line or by a template."""
