"""The page of the audit trail: who did what, as whom, and from where."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from datetime import time
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue

from timebank import audit
from timebank.acts import ACTS
from timebank.members import queries
from timebank.members.forms import TrailForm
from timebank.members.models import Member
from timebank.people.models import Person
from timebank.web import community
from timebank.web import needs
from timebank.web import session

bp = Blueprint("audit", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trail, with names."""

    event: audit.AuditEvent
    address: str | None
    #: Whom the person acted as; None for an officer who is no member.
    member: Member | None
    #: The name of the person who acted for that member, where it was not the member themselves.
    hand: str | None
    #: How that officer signs in.
    email: str | None
    #: The member whom it was done about, and the exchange.
    about: Member | None
    exchange_id: int | None


@bp.get("/audit")
@needs("see-audit")
def trail() -> ResponseReturnValue:
    """Show what was done here, the newest first; what is no filter is said on its form."""
    form = TrailForm(formdata=request.args)
    lines: list[Line] = []
    older = None
    if form.validate():
        found = audit.read_trail(
            session(),
            community_id=community().id,
            sought=_sought(form),
            before=request.args.get("before", type=int),
        )
        lines = list(_with_names(found.events))
        older = found.older
    asked: dict[str, Any] = {name: value for name, value in request.args.items() if value and name in form}
    return render_template(
        "members/audit.html",
        form=form,
        lines=lines,
        acts=ACTS,
        asked=asked,
        older=url_for(".trail", **asked | {"before": older}) if older else None,
    )


def _sought(form: TrailForm) -> audit.Sought:
    zone = ZoneInfo(community().time_zone)
    first, last = form.first.data, form.last.data
    return audit.Sought(
        member_id=form.who_id(),
        act=form.act.data or None,
        since=datetime.combine(first, time(), zone) if first else None,
        until=datetime.combine(last + timedelta(days=1), time(), zone) if last else None,
    )


def _with_names(events: Iterable[tuple[audit.AuditEvent, str | None]]) -> Iterable[Line]:
    found = [(event, address, json.loads(event.about)) for event, address in events]
    wanted = [one for event, _, about in found for one in (event.member_id, about.get("member_id")) if one]
    members = queries.members_by_id(session(), community=community(), ids=wanted)
    here, people = community().id, [event.person_id for event, _, _ in found]
    selves = queries.selves_of(session(), community_id=here, person_ids=people)
    names = queries.names_of(session(), community_id=here, person_ids=people)
    for event, address, about in found:
        member = members.get(event.member_id or 0)
        email = None if member else session().get_one(Person, event.person_id).email
        is_other = member is not None and selves.get(event.person_id) is not member
        hand = names.get(event.person_id) if is_other else None
        yield Line(
            event, address, member, hand, email, members.get(about.get("member_id")), about.get("exchange_id")
        )
