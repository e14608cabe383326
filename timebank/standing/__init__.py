"""Standing arrangements: who helps whom on which days, and confirming a month from its signed sheet."""
