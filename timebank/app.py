"""The application, put together: a table of contents."""

from flask_migrate import Migrate

from timebank.audit import known as audit_known
from timebank.banks import file_views
from timebank.banks import known as banks_known
from timebank.banks import views as banks_views
from timebank.between import agreement_views
from timebank.between import known as between_known
from timebank.between import queries as between
from timebank.between import views as between_views
from timebank.between.giving import TELL_OF_ACROSS
from timebank.communities import later_views
from timebank.communities import service as communities
from timebank.communities import views as communities_views
from timebank.communities.later import TIDY
from timebank.contacts import desk_views as contact_desk_views
from timebank.contacts import known as contacts_known
from timebank.contacts import sharing
from timebank.contacts import sharing_views
from timebank.contacts import views as contacts_views
from timebank.db import db
from timebank.donations import gift_views
from timebank.donations import identify_views as identify_gift_views
from timebank.donations import known as donations_known
from timebank.donations import purpose as gifts
from timebank.donations import receipt_views as gift_receipt_views
from timebank.donations import register_views
from timebank.donations import service as donations
from timebank.donations import sheet_views
from timebank.donations import views as donations_views
from timebank.donations.later import FORGET_UNPAID
from timebank.donations.receipting import SEND_RECEIPT
from timebank.donations.year_sheets import ISSUE_YEARS
from timebank.doubles import known as doubles_known
from timebank.doubles import views as doubles_views
from timebank.errors import N_
from timebank.exchanges import desk_views
from timebank.exchanges import known as exchanges_known
from timebank.exchanges import queries as exchanges
from timebank.exchanges import seal_views
from timebank.exchanges import statement_views
from timebank.exchanges import views as exchanges_views
from timebank.exchanges import who_views
from timebank.exchanges.asking import TELL_OF_PROPOSAL
from timebank.exchanges.letters import REMIND_OF_PROPOSAL
from timebank.exchanges.letters import REMIND_OF_PROPOSALS
from timebank.exchanges.sealing import SEAL
from timebank.farewells import views as farewells_views
from timebank.funds import views as funds_views
from timebank.funds.service import STOP_ENDED
from timebank.hands import known as hands_known
from timebank.hands import standing as hands
from timebank.hands import trust_views
from timebank.hands import views as hands_views
from timebank.hands.acts import TELL_OF_ACT
from timebank.hands.acts import tell_of_act
from timebank.hands.service import TELL_OF_HAND
from timebank.hands.trust import ASK_FOR_TRUST
from timebank.households import views as households_views
from timebank.households.queries import count_open
from timebank.households.service import TELL_OF_SHARE
from timebank.joining import consent_views
from timebank.joining import desk_views as applicants_views
from timebank.joining import invitation_views
from timebank.joining import known as joining_known
from timebank.joining import views as joining_views
from timebank.joining.first_sign_ins import SEND_WELCOME
from timebank.joining.invitations import SEND_INVITATION
from timebank.joining.later import FORGET_DECLINED
from timebank.joining.queries import count_waiting
from timebank.joining.service import ASK_GUARDIAN
from timebank.joining.service import TELL_DECLINED
from timebank.journal import views as journal_views
from timebank.licences import known as licences_known
from timebank.licences import views as licences_views
from timebank.licences.letters import WARN_OF_LICENCES
from timebank.mail import MAIL
from timebank.mail import known as mail_known
from timebank.mail import views as mail_views
from timebank.members import audit_views
from timebank.members import code_views
from timebank.members import known as members_known
from timebank.members import membership_views
from timebank.members import queries as members
from timebank.members import views as members_views
from timebank.memberships import desk_views as fees_views
from timebank.memberships import fees
from timebank.memberships import identify_views as identify_fee_views
from timebank.memberships import known as memberships_known
from timebank.memberships import plan_views
from timebank.memberships import purpose as fee_purpose
from timebank.memberships import receipt_views as fee_receipt_views
from timebank.memberships import views as memberships_views
from timebank.memberships.later import BEGIN_YEARS
from timebank.memberships.later import REMIND_OF_FEE
from timebank.memberships.later import REMIND_OF_FEES
from timebank.memberships.repeating import STOP_FEES
from timebank.mydata import desk_views as data_desk_views
from timebank.mydata import known as mydata_known
from timebank.mydata import leak_views
from timebank.mydata import pseudonyms
from timebank.mydata import views as mydata_views
from timebank.mydata.later import FORGET_WORDS
from timebank.mydata.leaks import TELL_OF_LEAK
from timebank.payments import regular_views
from timebank.payments import unidentified_views
from timebank.payments import views as payments_views
from timebank.payments import webhook_views
from timebank.payments.later import SWEEP
from timebank.payments.queries import count_second_look
from timebank.payments.renewing import STOP
from timebank.payments.renewing import TELL_CHANGED
from timebank.payments.renewing import TELL_FAILED
from timebank.payments.renewing import TELL_STOPPED
from timebank.people import browsers
from timebank.people import factor_views
from timebank.people import known as people_known
from timebank.people import link_views
from timebank.people import second_step_views
from timebank.people import service as people
from timebank.people import views as people_views
from timebank.people.later import FORGET_SIGN_INS
from timebank.people.links import SEND_LINK
from timebank.pools import known as pools_known
from timebank.pools import views as pools_views
from timebank.prepaid import desk_views as prepaid_desk_views
from timebank.prepaid import known as prepaid_known
from timebank.prepaid import purpose as prepaid_purpose
from timebank.prepaid import rule_views as prepaid_rule_views
from timebank.prepaid import topping
from timebank.prepaid import views as prepaid_views
from timebank.presents import known as presents_known
from timebank.presents import views as presents_views
from timebank.presents.service import TELL_OF_PRESENT
from timebank.purposes import answer_views as purpose_answer_views
from timebank.purposes import known as purposes_known
from timebank.purposes import service as purposes
from timebank.purposes import views as purposes_views
from timebank.purposes.queries import count_to_settle
from timebank.rates import settings_views as rate_settings_views
from timebank.rates import views as rates_views
from timebank.receipts import known as receipts_known
from timebank.receipts import settings_views as receipt_settings_views
from timebank.receipts import views as receipts_views
from timebank.receipts.issuer import ISSUE_WISHED
from timebank.receipts.service import MAKE_PAPER
from timebank.settings import ROOT
from timebank.settings import Settings
from timebank.standing import known as standing_known
from timebank.standing import month_views as standing_month_views
from timebank.standing import service as standing_service
from timebank.standing import views as standing_views
from timebank.support import amend_views
from timebank.support import cancelled_views
from timebank.support import expense_queries
from timebank.support import expense_views
from timebank.support import known as support_known
from timebank.support import month_views
from timebank.support import online
from timebank.support import online_views
from timebank.support import proposal_views
from timebank.support import purpose as help_purpose
from timebank.support import queries as support
from timebank.support import report_views
from timebank.support import sending_views
from timebank.support import thanks_views
from timebank.support import views as support_views
from timebank.support.proposal_letters import REMIND_OF_VISIT
from timebank.support.proposal_letters import REMIND_OF_VISITS
from timebank.support.proposal_letters import TELL_OF_VISIT
from timebank.support.sending import SEND_BILL
from timebank.tickets import desk_views as ticket_desk_views
from timebank.tickets import known as tickets_known
from timebank.tickets import offer_views as ticket_offer_views
from timebank.tickets import pile_views as ticket_pile_views
from timebank.tickets import purpose as tickets_purpose
from timebank.tickets import receipt_views as ticket_receipt_views
from timebank.tickets import selling
from timebank.tickets import views as tickets_views
from timebank.tickets.later import LAPSE_TICKETS
from timebank.web import DeskItem
from timebank.web import Hooks
from timebank.web import NavItem
from timebank.web import Question
from timebank.web import TimeBank

HOOKS = Hooks(
    find_community=communities.find_community,
    signed_in=browsers.signed_in,
    stand=lambda session, person, community, chosen: hands.stand(
        session, person=person, community=community, chosen=chosen, sleeping=browsers.sleeping()
    ),
    communities_of=lambda session, person: members.communities_of(session, person=person),
    people_by_number=lambda session, community, number: members.people_by_number(
        session, community=community, number=number
    ),
    acted_in_trust=lambda session, community_id, event_id: tell_of_act(
        session, community_id=community_id, event_id=event_id
    ),
    sign_in_again=people_views.sign_in_again,
    kept_form=lambda session, person, path: people.kept_form(session, person=person, path=path),
    forget_form=lambda session, person, target: people.forget_form(session, person=person, target=target),
    sign_in="people.sign_in",
    home="exchanges.home",
    wake="factors.overview",
    navigation=(
        NavItem("exchanges.home", N_("Home"), "see-home"),
        NavItem("exchanges.log", N_("Log hours"), "log-hours"),
        NavItem("statements.own", N_("Statement"), "see-own-statement"),
        NavItem("pools.index", N_("Pools"), "see-pools"),
        NavItem("desk.waiting", N_("For coordinators"), "settle-disputes"),
        NavItem("members.index", N_("Members"), "see-members"),
        NavItem("payments.index", N_("Money"), "see-money"),
        NavItem("communities.settings", N_("Settings"), "see-settings"),
        NavItem("audit.trail", N_("Audit trail"), "see-audit"),
        NavItem("people.account", N_("My sign-in"), "keep-own-sign-in"),
    ),
    kinds_of_work={
        MAIL: N_("Send a mail"),
        TELL_OF_PROPOSAL: N_("Ask the receiver to confirm hours"),
        REMIND_OF_PROPOSALS: N_("Look for proposals that wait too long"),
        REMIND_OF_PROPOSAL: N_("Remind the receiver to confirm hours"),
        TELL_OF_VISIT: N_("Ask the giver about a visit that is paid for"),
        REMIND_OF_VISITS: N_("Look for visits that givers have not answered"),
        REMIND_OF_VISIT: N_("Remind the giver of a visit that is paid for"),
        TELL_OF_PRESENT: N_("Tell a member of hours that they were given"),
        WARN_OF_LICENCES: N_("Tell of insurances and licences that run out"),
        SEAL: N_("Seal the books"),
        TIDY: N_("Forget what is no longer needed"),
        SEND_LINK: N_("Send a link to sign in with"),
        TELL_OF_HAND: N_("Tell somebody for whom they act"),
        ASK_FOR_TRUST: N_("Ask somebody whether they will act for a member"),
        TELL_OF_SHARE: N_("Tell what somebody who has left a household takes along"),
        TELL_OF_ACROSS: N_("Tell a member of hours from another community"),
        TELL_OF_ACT: N_("Tell a member what was done for them"),
        FORGET_SIGN_INS: N_("Forget sign-ins that are long over"),
        SEND_WELCOME: N_("Tell a new member that they are one"),
        SEND_INVITATION: N_("Send an invitation"),
        ASK_GUARDIAN: N_("Ask a guardian to consent"),
        TELL_DECLINED: N_("Tell somebody that they were declined"),
        FORGET_DECLINED: N_("Forget who was declined"),
        FORGET_WORDS: N_("Forget words about people that are kept long enough"),
        TELL_OF_LEAK: N_("Tell somebody that data of theirs got out"),
        donations.THANK: N_("Thank somebody for a gift"),
        FORGET_UNPAID: N_("Forget who wanted to give and has not"),
        SEND_RECEIPT: N_("Send a receipt"),
        MAKE_PAPER: N_("Make the sheet of a receipt"),
        ISSUE_WISHED: N_("Issue receipts that were wished earlier"),
        ISSUE_YEARS: N_("Issue receipts for a whole year"),
        SWEEP: N_("Look at the account at Stripe"),
        STOP: N_("Have Stripe take nothing more of what repeats"),
        TELL_FAILED: N_("Tell somebody that a payment could not be taken"),
        TELL_CHANGED: N_("Tell somebody that another amount is taken"),
        TELL_STOPPED: N_("Tell somebody that nothing is taken any more"),
        purposes.ASK_GIVER: N_("Ask a giver whether a gift may be for something else"),
        purposes.REMIND_GIVER: N_("Remind a giver of that question"),
        fees.TELL_PAID: N_("Tell a member until when their fee is paid"),
        STOP_FEES: N_("Stop fees of members who have left"),
        STOP_ENDED: N_("Stop gifts for funds that have ended"),
        BEGIN_YEARS: N_("Book fees that were paid early, in the year they are for"),
        selling.TELL_TICKETS: N_("Tell somebody that their tickets have come"),
        SEND_BILL: N_("Send a bill for help"),
        LAPSE_TICKETS: N_("Let tickets lapse whose last day is long over"),
        REMIND_OF_FEES: N_("Look for memberships that end"),
        REMIND_OF_FEE: N_("Remind a member of the fee"),
    },
    desk=(
        DeskItem("applicants.index", N_("Wants to join: %(number)s"), "answer-applications", count_waiting),
        DeskItem(
            "households.index",
            N_("Left a household, hours to settle: %(number)s"),
            "settle-shares",
            count_open,
        ),
        DeskItem(
            "payments.index",
            N_("Payments that need a second look: %(number)s"),
            "see-money",
            count_second_look,
        ),
        DeskItem(
            "funds.index",
            N_("Givers have answered about a fund, to be settled: %(number)s"),
            "change-purposes",
            count_to_settle,
        ),
        DeskItem(
            "expenses.index",
            N_("Expenses to be decided: %(number)s"),
            "see-support",
            expense_queries.count_waiting,
        ),
        DeskItem(
            "agreements.index",
            N_("Another community proposes hours between you, to be answered: %(number)s"),
            "agree-on-hours",
            between.count_proposed_to,
        ),
        DeskItem(
            "visits.owed",
            N_("Paid for help, and owed no longer when it came: %(number)s"),
            "settle-support",
            online.count_over,
        ),
    ),
    member_pages=(
        NavItem("contact_desk.of_member", N_("How to reach them"), "see-contacts"),
        NavItem("data_requests.of_member", N_("Data"), "answer-data-requests"),
        NavItem("statements.of_member", N_("Statement"), "see-statements"),
        NavItem("hands.of_member", N_("Who acts for them"), "set-hands"),
        NavItem("applicants.of_member", N_("Joining and consents"), "answer-applications"),
        NavItem("membership.of_member", N_("Away for a while"), "set-absences"),
        NavItem("fees.of_member", N_("Fees"), "see-fees"),
        NavItem("licences.of_member", N_("Insurance and licences"), "see-licences"),
        NavItem("doubles.find", N_("Entered twice?"), "join-records"),
        NavItem("farewells.of_member", N_("Leaving and coming back"), "part-from-members"),
    ),
    purposes={
        donations.DONATION: gifts.PURPOSE,
        fees.FEE: fee_purpose.PURPOSE,
        selling.TICKETS: tickets_purpose.PURPOSE,
        topping.PREPAID: prepaid_purpose.PURPOSE,
        online.HELP: help_purpose.PURPOSE,
    },
    public=lambda session, community: [
        *plan_views.public_pages(session, community),
        *rates_views.public_pages(session, community),
        *donations_views.public_pages(session, community),
    ],
    exchange_pages=support.exchange_pages,
    answered_elsewhere=proposal_views.answered_elsewhere,
    ways_to_log=proposal_views.ways_to_log,
    kept_of=support.kept_of,
    visit_amended=standing_service.follow,
    hours_in_all=lambda session, community, member, balance: exchanges.hours_in_all(
        session, community=community, member=member, balance=balance
    ),
    known=(
        *(*members_known.KNOWN, *people_known.KNOWN, *contacts_known.KNOWN, *exchanges_known.KNOWN),
        *(*hands_known.KNOWN, *joining_known.KNOWN, *doubles_known.KNOWN, *licences_known.KNOWN),
        *(*pools_known.KNOWN, *presents_known.KNOWN, *mail_known.KNOWN, *mydata_known.KNOWN),
        *(*donations_known.KNOWN, *memberships_known.KNOWN, *receipts_known.KNOWN, *purposes_known.KNOWN),
        *(*support_known.KNOWN, *tickets_known.KNOWN, *banks_known.KNOWN, *audit_known.KNOWN),
        *(*between_known.KNOWN, *standing_known.KNOWN, *prepaid_known.KNOWN),
    ),
    questions=(
        Question(
            lambda session, member: sharing.has_to_be_asked(session, member=member),
            N_(
                "There are rules on who may know how you are reached, and you are asked whether you agree. "
                "Until then only coordinators see it."
            ),
            N_("Read and answer"),
            "contacts.own",
        ),
    ),
)

#: Every feature's pages, below a community's address.
FEATURES = (
    *(communities_views, later_views, mail_views, people_views, link_views, second_step_views),
    *(factor_views, members_views, code_views, membership_views, hands_views, trust_views),
    *(joining_views, applicants_views, invitation_views, consent_views, farewells_views, doubles_views),
    *(audit_views, pools_views, presents_views, licences_views, households_views),
    *(between_views, agreement_views),
    *(exchanges_views, desk_views, statement_views, seal_views, who_views),
    journal_views,
    *(donations_views, gift_views, register_views, sheet_views, funds_views, payments_views, webhook_views),
    *(regular_views, unidentified_views, identify_gift_views, identify_fee_views),
    *(memberships_views, fees_views, plan_views, fee_receipt_views),
    *(gift_receipt_views, receipts_views, receipt_settings_views, purposes_views, purpose_answer_views),
    *(rates_views, rate_settings_views, support_views, thanks_views, month_views, expense_views),
    *(report_views, tickets_views, ticket_desk_views, ticket_pile_views, ticket_offer_views),
    *(ticket_receipt_views, amend_views),
    *(online_views, sending_views, banks_views, file_views, standing_views, standing_month_views),
    *(cancelled_views, proposal_views, prepaid_views, prepaid_desk_views, prepaid_rule_views),
    *(contacts_views, contact_desk_views, sharing_views, mydata_views, data_desk_views, leak_views),
)


def create_app(settings: Settings) -> TimeBank:
    """Make the application for one installation."""
    app = TimeBank(settings, HOOKS)
    pseudonyms.say_them()
    browsers.login.init_app(app, add_context_processor=False)
    Migrate(app, db, directory=str(ROOT / "migrations"))
    app.register_blueprint(communities_views.front)
    for feature in FEATURES:
        app.register_blueprint(feature.bp, url_prefix="/<community>")
    return app
