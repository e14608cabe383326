"""The first page: how somebody's hours stand, or those of whoever trusts them, and what waits for a word."""

from collections.abc import Collection
from collections.abc import Mapping

from flask import redirect
from flask import render_template
from flask import url_for
from flask.typing import ResponseReturnValue

import ledger
from timebank.between.queries import agreements_on
from timebank.between.queries import has_agreed
from timebank.exchanges import queries
from timebank.exchanges.models import AGREED
from timebank.hands.trust import offers_to
from timebank.i18n import signed
from timebank.members.away import away_until
from timebank.members.limits import near_ceiling
from timebank.members.models import Member
from timebank.members.queries import hours_of
from timebank.members.taking_part import takes_part
from timebank.rights import HAND
from timebank.rights import TICK_LABELS
from timebank.web import community
from timebank.web import hooks
from timebank.web import may
from timebank.web import member
from timebank.web import person
from timebank.web import session
from timebank.web import standing
from timebank.web import waiting_here

#: More questions than this are shown once some are answered.
MOST_ASKED = 20


def first_page(states: Mapping[str, tuple[str, str]]) -> ResponseReturnValue:
    """Show what is somebody's to see as whom they are here."""
    me = member()
    if me is None and HAND in standing().roles:
        return redirect(url_for("hands.whom"), 303)
    waiting = (
        queries.count_for_coordinators(session(), community=community()) if may("settle-disputes") else 0
    )
    shown = {
        "desk": waiting_here(),
        "offers": offers_to(session(), person=person(), community=community()),
        "tick_labels": TICK_LABELS,
        "between": may("see-between") and has_agreed(session(), community=community()),
    }
    if me is None:
        return render_template("exchanges/office.html", waiting=waiting, **shown)
    if HAND in standing().roles:
        return _home_of_trusted(me)
    balance = ledger.balance(session(), hours_of(me, community()))
    asked, pending = queries.asked_of(session(), member=me), queries.waiting_on_others(session(), member=me)
    elsewhere = _elsewhere([*(one.exchange.id for one in asked), *(one.exchange.id for one in pending)])
    paid = [one for one in pending if elsewhere.get(one.exchange.id) and one.giver.id == me.id]
    return render_template(
        "exchanges/home.html",
        elsewhere=elsewhere,
        asked_of_giver=[one for one in paid if one.exchange.state == AGREED],
        across=agreements_on(session(), community=community()) if takes_part(me) else [],
        me=me,
        waiting=waiting,
        balance=balance,
        near=near_ceiling(balance.balance, balance.ceiling),
        asked=asked[:MOST_ASKED],
        pending=[one for one in pending if one not in paid or one.exchange.state != AGREED],
        lines=queries.statement_of(session(), community=community(), member=me, limit=5).lines,
        paused=not takes_part(me),
        away_until=away_until(session(), community=community(), member=me),
        questions=[one for one in hooks().questions if one.is_open(session(), me)],
        states=states,
        **shown,
    )


def _elsewhere(exchange_ids: Collection[int]) -> Mapping[int, bool]:
    """Tell which of these wait for a word about money, too, and whether it is the giver's."""
    return hooks().answered_elsewhere(session(), exchange_ids) if exchange_ids else {}


def _home_of_trusted(whose: Member) -> ResponseReturnValue:
    """Show whoever acts for somebody who trusts them what that member has ticked, and no more."""
    asked = queries.asked_of(session(), member=whose)[:MOST_ASKED] if may("answer-exchanges") else []
    return render_template(
        "exchanges/trusted.html",
        whose=whose,
        elsewhere=_elsewhere([one.exchange.id for one in asked]),
        balance=signed(ledger.balance(session(), hours_of(whose, community())).balance),
        asked=asked,
        lines=queries.statement_of(session(), community=community(), member=whose, limit=5).lines
        if may("see-own-statement")
        else [],
        paused=not takes_part(whose),
    )
