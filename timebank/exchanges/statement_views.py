"""Statements and certificates: a member's own, and those of others for officers."""

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from datetime import date
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint
from flask import abort
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

import ledger
from timebank import clock
from timebank.days import check_not_future
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.exchanges import queries
from timebank.exchanges.exports import StatementRow
from timebank.exchanges.exports import statement_rows
from timebank.exchanges.forms import CertificateForm
from timebank.exchanges.seeing import tells_hands_of
from timebank.exchanges.telling import Told
from timebank.members.limits import near_ceiling
from timebank.members.models import Member
from timebank.members.queries import find_member
from timebank.members.queries import hours_of
from timebank.members.queries import names_of
from timebank.members.same_as import joined_into
from timebank.members.same_as import older_records
from timebank.rates.keeping import words_about_keeping
from timebank.text import defused
from timebank.text import excerpt
from timebank.web import PeriodForm
from timebank.web import community
from timebank.web import form_page
from timebank.web import hooks
from timebank.web import may
from timebank.web import member
from timebank.web import needs
from timebank.web import refusals
from timebank.web import session
from timebank.web import show_refusal
from timebank.web import spreadsheet

bp = Blueprint("statements", __name__)

LINES_ON_A_PAGE = 50
#: A number of more digits is beyond what the databases count.
LONGEST_ID = 19
#: More lines than this are printed in several goes: some forty sheets.
LINES_ON_PAPER = 1_000


class AddressNotKnown(Refusal):
    """An address asks for what the page has not."""

    sentence = N_("This address asks for “%(asked)s”, which is not known here. Please choose the days below.")


@bp.get("/statement")
@needs("see-own-statement")
def own() -> ResponseReturnValue:
    """Show a member's own statement."""
    return _statement(member(), None)


@bp.get("/statement.csv")
@needs("see-own-statement")
def own_file() -> ResponseReturnValue:
    """Give a member's own statement to a spreadsheet."""
    return _file(member(), None)


@bp.get("/statement/print")
@needs("see-own-statement")
def own_print() -> ResponseReturnValue:
    """Show a member's own statement for paper."""
    return _print(member(), None)


@bp.get("/statement/certificate")
@needs("see-own-statement")
def own_certificate() -> ResponseReturnValue:
    """Certify how many hours a member gave between two days."""
    return _certificate(member(), None)


@bp.get("/statement/older/<int:member_id>")
@needs("see-home")
def older(member_id: int) -> ResponseReturnValue:
    """Show members the statement of an older record of theirs; officers are led to the page they have."""
    whose = _other(member_id)
    if may("see-statements"):
        return redirect(url_for(".of_member", member_id=member_id), 303)
    if not may("see-own-statement") or joined_into(session(), member=whose) != member():
        abort(404)
    return _statement(whose, member_id)


@bp.get("/members/<int:member_id>/statement")
@needs("see-statements")
def of_member(member_id: int) -> ResponseReturnValue:
    """Show a member's statement to officers."""
    return _statement(_other(member_id), member_id)


@bp.get("/members/<int:member_id>/statement.csv")
@needs("see-statements")
def file_of_member(member_id: int) -> ResponseReturnValue:
    """Give a member's statement to an officer's spreadsheet."""
    return _file(_other(member_id), member_id)


@bp.get("/members/<int:member_id>/statement/print")
@needs("see-statements")
def print_of_member(member_id: int) -> ResponseReturnValue:
    """Show a member's statement for paper to officers."""
    return _print(_other(member_id), member_id)


@bp.get("/members/<int:member_id>/statement/certificate")
@needs("see-statements")
def certificate_of_member(member_id: int) -> ResponseReturnValue:
    """Certify how many hours a member gave, who asked an officer for it."""
    return _certificate(_other(member_id), member_id)


def _other(member_id: int) -> Member:
    return find_member(session(), community=community(), member_id=member_id) or abort(404)


def _statement(whose: Member, member_id: int | None) -> ResponseReturnValue:
    """Show a page of a statement; what is not a period is said on its form, and no line is shown."""
    form = PeriodForm(formdata=request.args)
    good = _understood(form)
    before = request.args.get("before", type=int) if good else None
    period = _period(form) if good else {}
    page = queries.Statement([], None)
    if good:
        page = queries.statement_of(
            session(),
            community=community(),
            member=whose,
            before=before,
            limit=LINES_ON_A_PAGE,
            posted_from=form.first.data,
            posted_to=form.last.data,
        )
    balance = ledger.balance(session(), hours_of(whose, community()))
    between = (form.first.data or date.min, form.last.data or date.max)
    return form_page(
        "exchanges/statement.html",
        form,
        whose=whose,
        own=member_id is None,
        balance=balance,
        lines=page.lines,
        recorded_on={told.line.version: _day_of(told.line.recorded_at) for told in page.lines},
        period=period,
        in_all=queries.hours_in_all(session(), community=community(), member=whose, balance=balance),
        of_period=queries.hours_between(
            session(), community=community(), member=whose, first=between[0], last=between[1]
        )
        if period
        else None,
        older=_href("", member_id, before=page.older, **period) if page.older else None,
        newer=_newer(before, balance.version, member_id, period),
        pages={name: _href(name, member_id, **period) for name in ("file", "print", "certificate")}
        if member_id is None or may("see-statements")
        else {},
        stays=joined_into(session(), member=whose),
        records=older_records(session(), member=whose),
        people=_people(whose, page.lines),
        near=near_ceiling(balance.balance, balance.ceiling),
        keeping=words_about_keeping(session(), community=community()),
        kept=hooks().kept_of(session(), community(), whose),
        given_on=queries.given_on(session(), member=whose),
    )


def _people(whose: Member, lines: Sequence[Told]) -> dict[int, str]:
    """Name who of a household it was, line by line, as far as the reader may know it."""
    if not tells_hands_of()(whose.id):
        return {}
    ids = {told.person_id for told in lines}
    return names_of(session(), community_id=community().id, person_ids=ids)


def _newer(before: int | None, version: int, member_id: int | None, period: dict[str, str]) -> str | None:
    """Lead to the page with newer lines; from a page of some days to the first of these."""
    if before is None or before > version:
        return None
    newer = before + LINES_ON_A_PAGE
    if period or newer > version:
        return _href("", member_id, **period)
    return _href("", member_id, before=newer)


def _file(whose: Member, member_id: int | None) -> ResponseReturnValue:
    form = PeriodForm(formdata=request.args)
    if not _understood(form):
        return _statement(whose, member_id)
    rows = statement_rows(session(), community(), whose, form.first.data, form.last.data)
    return spreadsheet(_lines(rows), name=f"statement-{whose.id}.csv")


def _lines(rows: Iterable[StatementRow]) -> Iterator[Sequence[object]]:
    yield (
        _("Recorded"),
        _("Day"),
        _("Reference"),
        _("Other member"),
        _("What for"),
        _("Given (minutes)"),
        _("Received (minutes)"),
        _("Balance (minutes)"),
        _("Pool"),
        _("From the pool (minutes)"),
        _("Carried over (minutes)"),
        _("Other community"),
        _("From the other community (minutes)"),
        _("As a present (minutes)"),
    )
    for row in rows:
        recorded = _local(row.recorded_at).strftime("%Y-%m-%d %H:%M")
        texts = map(defused, (row.reference, row.other_member, row.description))
        times = (row.given_minutes, row.received_minutes, row.balance_minutes)
        pooled = (defused(row.pool), row.pool_minutes)
        others = (row.carried_minutes, defused(row.community), row.across_minutes, row.presented_minutes)
        yield recorded, row.posted_on.isoformat(), *texts, *times, *pooled, *others


def _local(moment: datetime) -> datetime:
    """Give a moment as the community's clocks showed it."""
    return moment.astimezone(ZoneInfo(community().time_zone))


def _day_of(moment: datetime) -> date:
    return _local(moment).date()


def _print(whose: Member, member_id: int | None) -> ResponseReturnValue:
    form = PeriodForm(formdata=request.args)
    if not _understood(form):
        return _statement(whose, member_id)
    page = queries.statement_of(
        session(),
        community=community(),
        member=whose,
        limit=LINES_ON_PAPER,
        posted_from=form.first.data,
        posted_to=form.last.data,
    )
    return render_template(
        "print/statement.html",
        whose=whose,
        form=form,
        lines=list(reversed(page.lines)),
        people=_people(whose, page.lines),
        cut=page.older is not None,
        balance=ledger.balance(session(), hours_of(whose, community())).balance,
        keeping=words_about_keeping(session(), community=community()),
        head=ledger.newest_seal(session(), community().book_id),
        back=_href("", member_id, **_period(form)),
        printed=clock.now(),
    )


def _certificate(whose: Member, member_id: int | None) -> ResponseReturnValue:
    """Ask for two days; show the certificate once they are known."""
    stays = joined_into(session(), member=whose)
    if stays is not None and member_id is not None:
        # Somebody who was entered twice has one certificate, and it counts both records.
        return redirect(_href("certificate", stays.id), 303)
    form = CertificateForm(formdata=request.args or None)
    records = [whose, *older_records(session(), member=whose)]
    if request.args and _understood(form):
        with refusals(form):
            today = clock.today(community().time_zone)
            check_not_future(form.last.data, today=today)
            sums = queries.hours_certified(
                session(),
                community=community(),
                records=records,
                first=form.first.data,
                last=form.last.data,
            )
            return render_template(
                "print/certificate.html",
                whose=whose,
                older=records[1:],
                first=form.first.data,
                last=form.last.data,
                given=sums.given,
                received=sums.received if form.received.data else None,
                today=today,
                back=_href("certificate", member_id),
            )
    return form_page(
        "exchanges/certificate.html", form, whose=whose, own=member_id is None, back=_href("", member_id)
    )


def _understood(form: PeriodForm) -> bool:
    """Check an address whole: a mistyped name would else show other days than were asked for."""
    good = form.validate()
    for name, value in request.args.items():
        page = name == "before" and value.isascii() and value.isdecimal() and len(value) < LONGEST_ID
        if name not in form and not page:
            show_refusal(form, AddressNotKnown(asked=excerpt(f"{name}={value}")))
            return False
    return good


def _period(form: PeriodForm) -> dict[str, str]:
    """Spell a period for an address."""
    return {name: form[name].data.isoformat() for name in ("first", "last") if form[name].data}


def _href(page: str, member_id: int | None, **values: Any) -> str:
    """Give the address of a page about this statement, one's own or another's."""
    if member_id is None:
        return url_for(f".own_{page}" if page else ".own", **values)
    if not may("see-statements"):
        # An older record of one's own, which can be read and no more.
        return url_for(".older", member_id=member_id, **values)
    return url_for(f".{page}_of_member" if page else ".of_member", member_id=member_id, **values)
