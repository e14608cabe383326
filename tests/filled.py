"""What a filled-in form is made of."""

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.builders import A_DAY
from tests.house import House

DAY = A_DAY.isoformat()
REASON = {"reason": "Both of them say so"}


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as somebody sends it."""

    by: str
    data: Mapping[str, str | list[str]]
    on: str = ""
    #: What can only be known once it is asked for, such as the code of now.
    fresh: Callable[[House], Mapping[str, Any]] | None = None


def key(number: int) -> dict[str, str]:
    """Give a key as forms carry one."""
    return {"key": f"form:{number:020}"}
