"""Which notes and coins to fetch for envelopes, so that each can be filled without change."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

#: Notes and coins in use, in the smallest unit, the largest first; Japan's note of 2,000 is hardly met.
_PIECES: Final = {
    "JPY": (10_000, 5_000, 1_000, 500, 100, 50, 10, 5, 1),
    "EUR": (5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "GBP": (2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "USD": (2_000, 1_000, 500, 100, 25, 10, 5, 1),
}


def pieces_for(currency: str, amounts: Iterable[int]) -> list[tuple[int, int]]:
    """Tell how many of each note and coin fill envelopes with these amounts, as few as can be for each.

    Empty for a currency of which nobody has said what is in use.
    """
    found = Counter[int]()
    for amount in amounts:
        left = amount
        for piece in _PIECES.get(currency, ()):
            number, left = divmod(left, piece)
            found[piece] += number
    return [(piece, found[piece]) for piece in _PIECES.get(currency, ()) if found[piece]]
