"""The demo's page of the mail that nobody carries: what people would get."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from flask import Blueprint
from flask import abort
from flask import current_app
from flask import render_template
from flask.typing import ResponseReturnValue

from timebank.web import community
from timebank.web import open_to_all

bp = Blueprint("mail", __name__)

#: The newest of them: a demo is not kept for years.
_MOST_SHOWN = 50


@bp.get("/demo-mail")
@open_to_all
def shown() -> ResponseReturnValue:
    """Show the newest mails of the demo's folder; elsewhere there is no such page."""
    folder: Path | None = current_app.config["TIMEBANK_SHOWN_MAIL"]
    if folder is None:
        abort(404)
    return render_template("mail/shown.html", mails=_read(folder / community().slug))


def _read(folder: Path) -> list[EmailMessage]:
    files = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [message_from_bytes(path.read_bytes(), policy=default) for path in files[:_MOST_SHOWN]]
