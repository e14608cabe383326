"""What is said of payments that repeat, and of those that do not fit."""

from typing import Final

from timebank.errors import N_
from timebank.payments.models import MONTH
from timebank.payments.models import ONCE
from timebank.payments.models import YEAR

#: How often something is paid: English, marked with N_.
EVERY_LABELS: Final = {ONCE: N_("Once"), MONTH: N_("Every month"), YEAR: N_("Every year")}
#: So many months lie between one time and the next.
MONTHS: Final = {MONTH: 1, YEAR: 12}
#: How what repeats stands, in Stripe's words and ours.
STATUS_LABELS: Final = {
    "active": N_("It goes on by itself"),
    "trialing": N_("It goes on by itself"),
    "past_due": N_("The last time nothing could be taken; Stripe tries again"),
    "unpaid": N_("The last time nothing could be taken"),
    "incomplete": N_("It has not begun yet"),
    "incomplete_expired": N_("It never began"),
    "paused": N_("It rests"),
    "canceled": N_("It has stopped"),
}
#: Why something does not count for what it was paid for.
ODDITIES: Final = {
    "differs": N_("Stripe took another amount than was asked for"),
    "double": N_("The same was paid twice"),
}
