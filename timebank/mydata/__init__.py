"""My data: what is known of a member, taken along, corrected or erased; and what to do after a leak."""
