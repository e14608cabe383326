"""Members who were entered twice: finding two records of one person, and joining them."""
