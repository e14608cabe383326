"""What a PDF says, read again as a screen reader does."""

import io
import re
from dataclasses import dataclass

from pypdf import PdfReader


@dataclass(frozen=True, slots=True)
class Sheet:
    """A PDF, read again."""

    pages: list[str]
    language: str
    title: str
    #: What it says of itself, as XML.
    promises: str
    fonts: frozenset[str]
    pictures: int

    @property
    def text(self) -> str:
        """All that is written on it."""
        return "\n".join(self.pages)


def read_sheet(pdf: bytes) -> Sheet:
    """Read a PDF."""
    reader = PdfReader(io.BytesIO(pdf))
    catalogue = reader.trailer["/Root"]
    return Sheet(
        pages=[page.extract_text() for page in reader.pages],
        language=str(catalogue["/Lang"]),  # type: ignore[index]
        title=str(reader.metadata and reader.metadata.title),
        promises=catalogue["/Metadata"].get_data().decode(),  # type: ignore[index]
        fonts=frozenset(re.sub(r"^[A-Z]{6}\+|-Identity-H$", "", one) for one in _fonts(reader)),
        pictures=sum(len(page.images) for page in reader.pages),
    )


def _fonts(reader: PdfReader) -> list[str]:
    return [
        str(font.get_object()["/BaseFont"]).removeprefix("/")
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    ]
