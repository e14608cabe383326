"""Support rates: who provides help that is paid for, what an hour of it costs, and what a visit would."""
