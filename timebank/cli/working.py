"""The command that does later work: mail, reminders, seals, and what comes every day."""

import logging
import select
import signal
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from datetime import timedelta
from types import FrameType

import click
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import ledger
from timebank import clock
from timebank.app import HOOKS
from timebank.between.giving import TELL_OF_ACROSS
from timebank.between.letters import tell_of_across
from timebank.cli.running import application
from timebank.cli.running import settings_here
from timebank.communities.later import TIDY
from timebank.communities.later import tidy_up
from timebank.communities.models import Community
from timebank.communities.service import list_communities
from timebank.db import db
from timebank.documents.service import content_of
from timebank.donations.later import FORGET_UNPAID
from timebank.donations.later import forget_unpaid
from timebank.donations.later import issue_wished
from timebank.donations.later import stop_ended
from timebank.donations.letters import send_receipt
from timebank.donations.letters import thank
from timebank.donations.receipting import SEND_RECEIPT
from timebank.donations.service import THANK
from timebank.donations.year_sheets import ISSUE_YEARS
from timebank.donations.year_sheets import issue_years
from timebank.exchanges import letters
from timebank.exchanges.asking import TELL_OF_PROPOSAL
from timebank.exchanges.sealing import SEAL
from timebank.exchanges.sealing import seal_daily
from timebank.funds.service import STOP_ENDED
from timebank.hands.acts import TELL_OF_ACT
from timebank.hands.letters import ask_for_trust_with
from timebank.hands.letters import tell_of_act
from timebank.hands.letters import tell_of_hand
from timebank.hands.service import TELL_OF_HAND
from timebank.hands.trust import ASK_FOR_TRUST
from timebank.households.letters import tell_of_share
from timebank.households.service import TELL_OF_SHARE
from timebank.joining import letters as joining_letters
from timebank.joining.first_sign_ins import SEND_WELCOME
from timebank.joining.invitations import SEND_INVITATION
from timebank.joining.later import FORGET_DECLINED
from timebank.joining.later import forget_declined
from timebank.joining.service import ASK_GUARDIAN
from timebank.joining.service import TELL_DECLINED
from timebank.licences.letters import WARN_OF_LICENCES
from timebank.licences.letters import warn_of_licences
from timebank.mail import MAIL
from timebank.mail import Carrier
from timebank.mail import MailUrlRefused
from timebank.mail import carrier_of
from timebank.mail import carry_with
from timebank.memberships.fees import TELL_PAID
from timebank.memberships.later import BEGIN_YEARS
from timebank.memberships.later import REMIND_OF_FEE
from timebank.memberships.later import REMIND_OF_FEES
from timebank.memberships.later import begin_years
from timebank.memberships.later import remind_of_fees
from timebank.memberships.letters import remind_of_fee
from timebank.memberships.letters import tell_paid
from timebank.memberships.repeating import STOP_FEES
from timebank.memberships.repeating import stop_fees
from timebank.mydata.later import FORGET_WORDS
from timebank.mydata.later import forget_words
from timebank.mydata.leaks import TELL_OF_LEAK
from timebank.mydata.letters import tell_of_leak
from timebank.payments.later import SWEEP
from timebank.payments.later import stop_with
from timebank.payments.later import sweep_with
from timebank.payments.letters import tell_with
from timebank.payments.renewing import STOP
from timebank.payments.renewing import TELL_CHANGED
from timebank.payments.renewing import TELL_FAILED
from timebank.payments.renewing import TELL_STOPPED
from timebank.people.later import FORGET_SIGN_INS
from timebank.people.later import forget_sign_ins
from timebank.people.letters import send_links_with
from timebank.people.links import SEND_LINK
from timebank.presents.letters import tell_of_present
from timebank.presents.service import TELL_OF_PRESENT
from timebank.purposes.letters import ask_giver
from timebank.purposes.letters import remind_giver
from timebank.purposes.service import ASK_GIVER
from timebank.purposes.service import REMIND_GIVER
from timebank.queue import Daily
from timebank.queue import Handler
from timebank.queue import Place
from timebank.queue import put_up
from timebank.queue import work_one
from timebank.receipts.issuer import ISSUE_WISHED
from timebank.receipts.papers import make_paper
from timebank.receipts.service import MAKE_PAPER
from timebank.settings import Settings
from timebank.stripe_settings import StripeSettings
from timebank.support.letters import send_bill
from timebank.support.proposal_letters import REMIND_OF_VISIT
from timebank.support.proposal_letters import REMIND_OF_VISITS
from timebank.support.proposal_letters import TELL_OF_VISIT
from timebank.support.proposal_letters import remind_of_visits
from timebank.support.proposal_letters import tell_of_visit
from timebank.support.sending import SEND_BILL
from timebank.tickets.later import LAPSE_TICKETS
from timebank.tickets.later import lapse_tickets
from timebank.tickets.letters import tell_tickets
from timebank.tickets.selling import TELL_TICKETS

#: What is done every day, from which hour of a community's own clocks.
TIMETABLE = (
    *(Daily(SEAL, 3), Daily(TIDY, 4), Daily(FORGET_SIGN_INS, 4), Daily(FORGET_DECLINED, 4)),
    *(Daily(FORGET_WORDS, 4), Daily(FORGET_UNPAID, 4), Daily(SWEEP, 5), Daily(BEGIN_YEARS, 6)),
    *(Daily(WARN_OF_LICENCES, 8), Daily(letters.REMIND_OF_PROPOSALS, 9), Daily(REMIND_OF_FEES, 9)),
    *(Daily(ISSUE_WISHED, 6), Daily(ISSUE_YEARS, 6), Daily(STOP_FEES, 5), Daily(STOP_ENDED, 5)),
    *(Daily(LAPSE_TICKETS, 5), Daily(REMIND_OF_VISITS, 9)),
)
_LOOK_EVERY_SECONDS = 1.0
_TIMETABLE_EVERY = timedelta(minutes=1)


@click.command()
@click.option("--once", is_flag=True, help="Do what is due, and end.")
@click.option(
    "--until-closed", is_flag=True, help="End when standard input does, too, as a child of the server's."
)
def worker(*, once: bool, until_closed: bool) -> None:
    """Do later work until Ctrl-C: send mail, remind, seal, forget.

    Any number of workers may run, on any number of machines; none does what another one has begun.
    """
    settings = settings_here()
    carrier = _carrier(settings)
    log = logging.getLogger("timebank.worker")
    if not log.handlers:
        log.addHandler(logging.StreamHandler())
    with application():
        one = _Worker(handlers_with(carrier, settings.stripe))
        if once:
            click.echo(f"{one.work_off()} pieces of work were done or put off.")
            return
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, one.end)
        one.work(until_closed=until_closed)


class _Worker:
    """Looks for work every second, and at the timetable every minute."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers
        self._over = threading.Event()
        self._next_look = clock.now()

    def end(self, _signal: int, _frame: FrameType | None) -> None:
        """Begin nothing new; what was begun is finished."""
        self._over.set()

    def work(self, *, until_closed: bool) -> None:
        """Work until it is over."""
        while not self._over.is_set():
            try:
                self.work_off()
            except OperationalError:
                db.session.remove()
                logging.getLogger("timebank.worker").warning("the database does not answer; trying again")
            if until_closed and select.select([sys.stdin], [], [], 0)[0]:
                return
            self._over.wait(_LOOK_EVERY_SECONDS)

    def work_off(self) -> int:
        """Do everything that is due, and give how much that was."""
        now = clock.now()
        if now >= self._next_look:
            ledger.transaction(db.session, lambda session: look_at_timetable(session, now=now))
            self._next_look = now + _TIMETABLE_EVERY
        done = 0
        while not self._over.is_set() and work_one(db.session, self._handlers):
            db.session.remove()
            done += 1
        db.session.remove()
        return done


def handlers_with(carrier: Carrier, stripe: StripeSettings | None = None) -> Mapping[str, Handler]:
    """Give what does each kind of work."""
    return {
        MAIL: carry_with(carrier, _slug_and_name, _document),
        TELL_OF_PROPOSAL: letters.tell_of_proposal,
        letters.REMIND_OF_PROPOSALS: letters.remind_of_proposals,
        letters.REMIND_OF_PROPOSAL: letters.remind_of_proposal,
        TELL_OF_VISIT: tell_of_visit,
        REMIND_OF_VISITS: remind_of_visits,
        REMIND_OF_VISIT: tell_of_visit,
        WARN_OF_LICENCES: warn_of_licences,
        TELL_OF_HAND: tell_of_hand,
        TELL_OF_ACROSS: tell_of_across,
        TELL_OF_ACT: tell_of_act,
        TELL_OF_SHARE: tell_of_share,
        TELL_OF_PRESENT: tell_of_present,
        ASK_FOR_TRUST: ask_for_trust_with(carrier),
        SEAL: seal_daily,
        TIDY: tidy_up,
        SEND_LINK: send_links_with(carrier),
        FORGET_SIGN_INS: forget_sign_ins,
        SEND_WELCOME: joining_letters.send_welcome_with(carrier),
        SEND_INVITATION: joining_letters.send_invitation_with(carrier),
        ASK_GUARDIAN: joining_letters.ask_guardian_with(carrier),
        TELL_DECLINED: joining_letters.tell_declined,
        FORGET_DECLINED: forget_declined,
        FORGET_WORDS: forget_words,
        TELL_OF_LEAK: tell_of_leak,
        THANK: thank,
        SEND_RECEIPT: send_receipt,
        MAKE_PAPER: make_paper,
        ISSUE_WISHED: issue_wished,
        ISSUE_YEARS: issue_years,
        FORGET_UNPAID: forget_unpaid,
        TELL_PAID: tell_paid,
        BEGIN_YEARS: begin_years,
        SEND_BILL: send_bill,
        TELL_TICKETS: tell_tickets,
        LAPSE_TICKETS: lapse_tickets,
        STOP_FEES: stop_fees,
        STOP_ENDED: stop_ended,
        REMIND_OF_FEES: remind_of_fees,
        REMIND_OF_FEE: remind_of_fee,
        ASK_GIVER: ask_giver,
        REMIND_GIVER: remind_giver,
        SWEEP: sweep_with(stripe or StripeSettings(), db.session, lambda: HOOKS.purposes),
        STOP: stop_with(stripe or StripeSettings(), lambda: HOOKS.purposes),
        TELL_FAILED: tell_with(lambda: HOOKS.purposes, "regular_failed"),
        TELL_CHANGED: tell_with(lambda: HOOKS.purposes, "regular_changed"),
        TELL_STOPPED: tell_with(lambda: HOOKS.purposes, "regular_stopped"),
    }


def _document(session: Session, community_id: int, document_id: int) -> tuple[str, bytes]:
    return content_of(session, community_id=community_id, document_id=document_id)


def look_at_timetable(session: Session, *, now: datetime) -> int:
    """Ask for today's work of every community."""
    places = [Place(one.id, one.time_zone) for one in list_communities(session)]
    return put_up(session, timetable=TIMETABLE, places=places, now=now)


def _carrier(settings: Settings) -> Carrier:
    try:
        return carrier_of(settings.mail_url, settings.mail_folder, host=settings.host)
    except MailUrlRefused as refused:
        raise click.ClickException(str(refused)) from refused


def _slug_and_name(session: Session, community_id: int) -> tuple[str, str]:
    community = session.get_one(Community, community_id)
    return community.slug, community.name
