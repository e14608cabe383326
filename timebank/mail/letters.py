"""How a letter comes about: from templates, in the reader's language, with whole addresses of our pages."""

from collections.abc import Callable
from typing import Any

from flask import current_app
from flask import g
from flask_babel import force_locale
from sqlalchemy.orm import Session

from timebank.i18n import plainly
from timebank.mail.models import Mail
from timebank.mail.service import Attached
from timebank.mail.service import Letter
from timebank.mail.service import new_mail
from timebank.mail.service import post_mail


def send_letter(
    session: Session,
    template: str,
    *,
    community: Any,
    to_address: str,
    language: str,
    attached: Attached | None = None,
    **facts: Any,
) -> Mail:
    """Write a letter from ``mail/<template>.txt`` and ``.html`` to one person, to be carried later.

    The text's first line is the subject. In the transaction that is its cause; the caller commits.
    """
    letter = write_letter(template, community=community, to_address=to_address, language=language, **facts)
    return post_mail(session, letter.mail, attached)


def write_letter(template: str, *, community: Any, to_address: str, language: str, **facts: Any) -> Letter:
    """Write a letter that is kept nowhere, because only its reader may know what is in it."""
    g.community = community
    with force_locale(language):
        page, path = _page_of(community), _path_of(community)
        known = {**facts, "community": community, "language": language, "page": page, "path": path}
        # Not as a page, which has a menu for somebody who asks for it.
        paper = current_app.jinja_env
        written = paper.get_template(f"mail/{template}.txt").render(known, _=plainly)
        subject, _, text = written.strip().partition("\n")
        html = paper.get_template(f"mail/{template}.html").render(known, subject=subject.strip())
    mail = new_mail(
        community_id=community.id,
        to_address=to_address,
        language=language,
        subject=subject,
        text=f"{text.strip()}\n",
        html=f"{html.strip()}\n",
        host=current_app.config["TIMEBANK_HOST"],
    )
    return Letter(mail, community.slug, community.name)


def _page_of(community: Any) -> Callable[..., str]:
    """Give what tells the whole address of a page, though nobody has asked for one: it works in a mail."""
    path_of = _path_of(community)

    def page(endpoint: str, **values: Any) -> str:
        return f"{current_app.config['TIMEBANK_BASE_URL']}{path_of(endpoint, **values)}"

    return page


def _path_of(community: Any) -> Callable[..., str]:
    """Give what tells the address of a page on this site, for pages that lead on to it."""

    def path(endpoint: str, **values: Any) -> str:
        return str(current_app.url_map.bind("").build(endpoint, {"community": community.slug, **values}))

    return path
