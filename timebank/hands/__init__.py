"""Who acts for a member: households and organisations, trusted persons, and for whom somebody is here."""
