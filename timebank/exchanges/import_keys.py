"""The keys under which imported lines stand in the books, and the references that can be read from them."""

import re

from timebank.errors import N_
from timebank.errors import Refusal

LONGEST_BATCH = 60

_IMPORT = "import:"
_BATCH = "import-batch:"
_STRANGE = re.compile(r"\\([0-9a-f]+);")


class BatchRefused(Refusal):
    """A name of a batch that cannot be part of a key."""

    sentence = N_("The name of a batch has 1 to %(longest)s characters, none of them a blank or a colon.")
    field = "batch"


def check_batch(name: str) -> None:
    """Refuse a name that would make keys of two batches alike, or that cannot be printed."""
    if not 1 <= len(name) <= LONGEST_BATCH or not name.isprintable() or ":" in name or " " in name:
        raise BatchRefused(longest=LONGEST_BATCH)


def key_prefix(batch: str | None) -> str:
    """Spell what stands before the reference in the keys of one batch, or of no batch."""
    return _IMPORT if batch is None else f"{_BATCH}{batch}:"


def spelt(reference: str) -> str:
    """Spell a reference as a part of a key, which is printable; a full-width blank is not."""
    if reference.isprintable() and "\\" not in reference:
        return reference
    return "".join(sign if sign.isprintable() and sign != "\\" else f"\\{ord(sign):x};" for sign in reference)


def reference_of(key: str, memo: str | None) -> str:
    """Tell how people refer to an entry: the imported file's reference, or else the entry's memo."""
    if key.startswith(_IMPORT):
        return _unspelt(key.removeprefix(_IMPORT))
    if key.startswith(_BATCH):
        return _unspelt(key.removeprefix(_BATCH).partition(":")[2])
    return memo or ""


def _unspelt(part: str) -> str:
    return _STRANGE.sub(lambda found: chr(int(found[1], 16)), part)
