"""The forms of members for help that is paid for, filled in."""

from tests.filled import REASON
from tests.filled import Filled
from tests.filled import key
from tests.filled_money import today

PROPOSALS: dict[str, Filled] = {
    "proposals.log": Filled(
        "giver",
        key(70)
        | {"direction": "gave", "other": "003", "kind": "0", "begins": "13:00", "hours": "3", "km": "3"}
        | {"first": "y", "description": "The garden", "pays": "bill", "paid_hours": "", "numbers": ""}
        | {"takes": "thanks", "thanked_hours": "0:30"},
        fresh=lambda _house: {"date": today()},
    ),
    "proposals.answer": Filled(
        "other", {"pays": "bill", "numbers": "", "paid_hours": ""}, on="told by the giver"
    ),
    "proposals.answer_for_them": Filled(
        "coordinator",
        {"pays": "bill", "paid_hours": "", "takes": "thanks", "thanked_hours": "", "heard": "telephone"},
        on="told by the giver, to be heard",
    ),
    "proposals.decline": Filled("giver", REASON, on="told by the receiver, not right"),
}
