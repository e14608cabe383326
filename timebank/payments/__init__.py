"""Money that people pay: one row for each attempt, Stripe's facts about it, and what they do to the books."""
