"""Files that a browser takes along: lines for a spreadsheet, and sheets to look at."""

import csv
import io
from collections.abc import Iterable
from collections.abc import Sequence

from flask import Response
from wtforms import FileField


def spreadsheet(rows: Iterable[Sequence[object]], *, name: str) -> Response:
    """Give lines as CSV, the first one with what the columns are called.

    Texts of people are to be defused before (`timebank.text.defused`); figures are written as they are.
    """
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    # The mark at the beginning tells Excel in Japan that this is no Shift-JIS.
    return _file("\ufeff" + written.getvalue(), "text/csv", f'attachment; filename="{name}"')


def pdf(content: bytes, *, name: str) -> Response:
    """Give a PDF, which the browser shows."""
    return _file(content, "application/pdf", f'inline; filename="{name}"')


def uploaded(field: FileField) -> bytes:
    """Give the bytes that a form brought, from their beginning at each attempt; none without a file."""
    stream = getattr(field.data, "stream", None)
    if stream is None:
        return b""
    stream.seek(0)
    return bytes(stream.read())


def _file(content: str | bytes, mimetype: str, disposition: str) -> Response:
    return Response(content, mimetype=mimetype, headers={"Content-Disposition": disposition})
