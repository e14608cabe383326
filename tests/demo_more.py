"""What pages are looked at with beside the demo: an invitation, who is asked, a gift that repeats."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.house_banks import pay_by_files
from tests.house_between import agree_on_hours
from tests.house_bills import send_bills
from tests.house_money import repeats
from tests.house_money import write_rent
from tests.house_prepaid import pay_ahead
from tests.house_proposals import tell_of_visits
from tests.house_purposes import JAPANESE
from tests.house_purposes import ask_givers
from tests.house_rates import pay_for_help
from tests.house_rates import price_help
from tests.house_tickets import sell_tickets
from timebank import clock
from timebank.actor import TERMINAL
from timebank.banks.models import TransferFile
from timebank.between.models import HoursAcross
from timebank.between.models import HoursAgreement
from timebank.cli.demo_data import SLUG
from timebank.communities.models import Community
from timebank.communities.service import find_community
from timebank.donations.models import Donation
from timebank.donations.service import pay_again
from timebank.funds.models import Fund
from timebank.joining.first_sign_ins import ask_first_sign_in
from timebank.joining.invitations import NewInvitation
from timebank.joining.invitations import make_invitation
from timebank.joining.models import Application
from timebank.joining.models import FirstSignIn
from timebank.journal.models import JournalEntry
from timebank.members.models import Member
from timebank.people.sign_ins import hashed
from timebank.prepaid.models import PrepaidTopup
from timebank.purposes.models import PurposeGiver
from timebank.rates.models import SupportRate
from timebank.rates.models import SupportTerms
from timebank.support.cancelled_models import SupportCancelled
from timebank.support.models import HelpBill
from timebank.support.models import SupportExpense
from timebank.support.models import SupportPaid
from timebank.tickets.models import TicketOffer
from timebank.tickets.models import TicketPaid
from timebank.tickets.models import TicketSale
from timebank.web.forms import fresh_key


def invited(session: Session) -> str:
    """Make an invitation, whose code nobody else knows."""
    new = NewInvitation(key=fresh_key(), note="貼り紙", uses=2, good_until=clock.today("Asia/Tokyo"))
    return make_invitation(session, community=the_demo(session), new=new, actor=TERMINAL)[1]


def asked_as_guardian(session: Session) -> str:
    """Give the token of a guardian who was asked by mail."""
    asked = session.scalars(select(Application).where(Application.guardian_name != "")).first()
    assert asked
    asked.guardian_token_hash = hashed("guardians")
    return "guardians"


def regular(session: Session) -> str:
    """Have a gift be given every month; gives the token of the link by which that is changed."""
    donation = session.scalars(select(Donation).order_by(Donation.id)).first()
    assert donation
    payment = pay_again(session, community=the_demo(session), donation=donation)
    return repeats(session, the_demo(session), payment).token


def first_sign_in(session: Session) -> str:
    """Give the token by which a new member would sign in."""
    known = session.get(FirstSignIn, 8)
    if known is None:
        member = session.get_one(Member, 8)
        ask_first_sign_in(session, member=member, email="new@kadoma.example", language="ja")
        known = session.get_one(FirstSignIn, 8)
        known.token_hash = hashed("newest")
    return "newest"


def help_is_paid(session: Session) -> dict[str, list[object]]:
    """Have help cost something from today on, once; give the ids of what is to come."""
    if not session.scalars(select(TransferFile.id)).all():
        community = the_demo(session)
        price_help(session, community, words="送迎は、ご存じの車で行います。")
        pay_for_help(session, community, session.get_one(Member, 1), session.get_one(Member, 8))
        tell_of_visits(session, community, session.get_one(Member, 1), session.get_one(Member, 8))
        pay_by_files(session, community, session.get_one(Member, 1))
        send_bills(session, community, session.get_one(Member, 8))
        sell_tickets(
            session, community, session.get_one(Member, 1), session.get_one(Member, 8), name="10枚つづり"
        )
        pay_ahead(session, community, session.get_one(Member, 1), session.get_one(Member, 8))
    return {
        "sale_id": [*session.scalars(select(TicketSale.id).where(TicketSale.paid_on.is_not(None))), 9_999],
        "topup_id": [
            *session.scalars(select(PrepaidTopup.id).where(PrepaidTopup.paid_on.is_not(None))),
            9_999,
        ],
        "ticket_offer_id": [*session.scalars(select(TicketOffer.id)), 9_999],
        "ticket_number": [1, 9_999],
        "ticket_paid_id": [*session.scalars(select(TicketPaid.id)), 9_999],
        "bill_token": [*session.scalars(select(HelpBill.token)), "nobodys"],
        "terms_id": [*session.scalars(select(SupportTerms.id)), 9_999],
        "cancelled_id": [*session.scalars(select(SupportCancelled.id)), 9_999],
        "expense_id": [*session.scalars(select(SupportExpense.id)), 9_999],
        "file_id": [*session.scalars(select(TransferFile.id)), 9_999],
        "line_number": [1, 9_999],
        "paid_id": [*session.scalars(select(SupportPaid.id)), 9_999],
        "rate_id": [*session.scalars(select(SupportRate.id)), 9_999],
    }


def written_by_hand(session: Session) -> int:
    """Write an entry into the books by hand, once; give its id."""
    found = session.scalars(select(JournalEntry.id)).first()
    return found or write_rent(session, the_demo(session))


def hours_cross(session: Session) -> dict[str, list[object]]:
    """Agree with communities beside the demo's, once; give the ids of what was agreed and crossed."""
    if not session.scalars(select(HoursAgreement.id)).all():
        agree_on_hours(session, the_demo(session), session.get_one(Member, 1), japanese=True)
    return {
        "agreement_id": [*session.scalars(select(HoursAgreement.id)), 9_999],
        "across_id": [*session.scalars(select(HoursAcross.id)), 9_999],
    }


def asked_about_purpose(session: Session) -> list[str]:
    """Have a fund stop and its giver be asked, once; give the token of the giver's page."""
    if not session.scalars(select(PurposeGiver)).all():
        community = the_demo(session)
        meal = session.scalars(select(Fund).where(Fund.ended_on.is_(None))).first()
        assert meal
        ask_givers(session, community, meal, community.started_on, words=JAPANESE)
    return list(session.scalars(select(PurposeGiver.token)))


def the_demo(session: Session) -> Community:
    found = find_community(session, SLUG)
    assert found
    return found
