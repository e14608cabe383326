"""Who may use each route, and who is told that there is nothing: one line for each."""

from dataclasses import dataclass
from dataclasses import field

from timebank.rights import OFFICES

C, T, S, A = OFFICES
#: Officers who are no members.
OFFICERS = frozenset(OFFICES)
#: Those who gave and received what an address is about, a third one, one who is suspended, and somebody who
#: acts for a household.
MEMBERS = frozenset({"giver", "receiver", "other", "suspended", "household"})
#: Somebody whom the receiver trusts, with everything ticked.
TRUSTED = "trusted"
PARTIES = frozenset({"giver", "receiver"})
THIRD = MEMBERS - PARTIES
WITH_OWN_PART = MEMBERS | OFFICERS
INSIDE = WITH_OWN_PART | {TRUSTED}
#: With a member who holds every office of another community, somebody who acted for a household and does no
#: longer, and somebody who has not signed in.
EVERYBODY = INSIDE | {"elsewhere", "ended", "stranger"}


@dataclass(frozen=True, slots=True)
class Row:
    """Who may use a route; everybody else of the community has no right to it (403)."""

    may: frozenset[str]
    #: Those who have the right, but not to this one: it is not there (404).
    not_there: frozenset[str] = frozenset()
    #: Those who see what it is about, and are told why this is not for them to do (409).
    told_why: frozenset[str] = frozenset()
    #: What the address is about, by its name in the house.
    on: str = ""
    #: What is sent, where an empty form is no form.
    data: dict[str, str] = field(default_factory=dict)

    def answer_to(self, role: str, *, is_open: bool) -> str:
        """Say what somebody is to be told."""
        if role in self.may:
            return "yes"
        if role in self.not_there:
            return "not there"
        if role in self.told_why:
            return "told why"
        return "sign in" if role == "stranger" and not is_open else "no right"


def may(*roles: str | frozenset[str], **more: object) -> Row:
    """Write a row: roles, and groups of them."""
    allowed = frozenset(one for role in roles for one in ({role} if isinstance(role, str) else role))
    return Row(allowed, **more)  # type: ignore[arg-type]


def one_of_two(role: str, **more: object) -> Row:
    """Write the row of what one side of an exchange may do: to other members there is no such thing."""
    both = {"receiver", TRUSTED} if role == "receiver" else {role}
    return may(*both, not_there=(MEMBERS | {TRUSTED}) - both, **more)


#: Every route, and who may use it: one line for each.
ROUTES: dict[str, Row] = {
    "static": may(EVERYBODY),
    "front.index": may(EVERYBODY),
    "web.healthz": may(EVERYBODY),
    "web.language": may(EVERYBODY, data={"language": "ja"}),
    # Only the demo shows its mail.
    "mail.shown": may(not_there=EVERYBODY),
    # One's own sign-in.
    "people.sign_in": may(EVERYBODY),
    "people.sign_out": may(EVERYBODY),
    "people.go_on": may(INSIDE),
    "people.account": may(INSIDE),
    "people.change_password": may(INSIDE),
    "people.change_language": may(INSIDE),
    # Somebody else's, who does nothing here.
    "people.end_sign_in": may(not_there=INSIDE),
    "people.end_other_sign_ins": may(INSIDE),
    # Keeping one's second step.
    "factors.overview": may(INSIDE),
    "factors.set_up": may(INSIDE),
    "factors.recovery_codes": may(INSIDE),
    "factors.remove": may(INSIDE),
    # Whoever is halfway in; nobody here is.
    "second_step.ask": may(not_there=EVERYBODY),
    # A link that somebody has asked for.
    "links.ask": may(EVERYBODY),
    "links.sent": may(EVERYBODY),
    "links.opened": may(EVERYBODY),
    # Whoever has it; here it was used already.
    "links.use": may(not_there=EVERYBODY, on="used"),
    # Members' own hours.
    "exchanges.home": may(INSIDE),
    "exchanges.log": may(MEMBERS, TRUSTED),
    "exchanges.joint": may(MEMBERS, TRUSTED),
    "exchanges.show": may(PARTIES, TRUSTED, OFFICERS, not_there=THIRD),
    "exchanges.confirm": one_of_two("receiver", on="confirm"),
    "exchanges.decline": one_of_two("receiver", on="decline"),
    "exchanges.withdraw": may(
        "giver", not_there=THIRD, told_why=frozenset({"receiver", TRUSTED}), on="withdraw"
    ),
    "exchanges.dispute": one_of_two("giver", on="declined"),
    "seals.of_entry": may(PARTIES, TRUSTED, OFFICERS, not_there=THIRD, on="booked"),
    "seals.file_of_entry": may(PARTIES, TRUSTED, OFFICERS, not_there=THIRD, on="booked"),
    "seals.of_reversal": may(PARTIES, TRUSTED, OFFICERS, not_there=THIRD, on="reversed"),
    "seals.file_of_reversal": may(PARTIES, TRUSTED, OFFICERS, not_there=THIRD, on="reversed"),
    "statements.own": may(MEMBERS, TRUSTED),
    "statements.own_file": may(MEMBERS, TRUSTED),
    "statements.own_print": may(MEMBERS, TRUSTED),
    "statements.own_certificate": may(MEMBERS, TRUSTED),
    # Others' hours.
    "statements.of_member": may(OFFICERS),
    "statements.file_of_member": may(OFFICERS),
    "statements.print_of_member": may(OFFICERS),
    "statements.certificate_of_member": may(OFFICERS),
    "desk.waiting": may(C),
    "desk.for_others": may(C),
    "desk.slips": may(C),
    "desk.answer": may(C, on="answer"),
    "desk.settle": may(C, on="settle"),
    "desk.close": may(C, on="joint"),
    "desk.withdraw": may(C, on="withdraw-for-them"),
    "desk.reverse": may(C, on="reverse"),
    # Pools.
    "pools.index": may(WITH_OWN_PART),
    "pools.show": may(WITH_OWN_PART),
    "pools.give": may(MEMBERS),
    "pools.give_for": may(C),
    "pools.grant": may(C),
    "pools.take_back": may(C),
    "pools.open_one": may(C, S),
    "pools.close": may(C, S, on="empty"),
    "pools.reopen": may(C, S, on="closed"),
    # Money.
    "donations.give": may(EVERYBODY),
    "donations.confirm": may(EVERYBODY),
    "donations.pay": may(EVERYBODY),
    "donations.thanks": may(EVERYBODY),
    "donations.rule": may(S),
    "gifts.index": may(T, A),
    "gifts.write_down": may(T),
    "gifts.show": may(T, A),
    "gifts.take_back": may(T),
    "gifts.write_down_in_kind": may(T),
    "gifts.show_in_kind": may(T, A),
    "gifts.take_back_in_kind": may(T),
    "givers.index": may(T, A),
    "givers.show": may(T, A),
    "givers.file": may(T, A),
    "funds.index": may(EVERYBODY),
    "gift_receipts.show": may(EVERYBODY, on="without a receipt"),
    "gift_receipts.file": may(EVERYBODY),
    "receipts.index": may(T, A),
    "receipts.as_csv": may(T, A),
    "receipts.show": may(T, A),
    "receipts.file": may(T, A),
    "receipts.printing": may(T, A),
    "receipts.sheets": may(T, A),
    "receipts.print_one": may(T),
    "receipts.print_waiting": may(T),
    "receipt_settings.index": may(S),
    "receipt_settings.change": may(S),
    "receipt_settings.stamp": may(S),
    "receipt_settings.picture": may(S),
    "receipt_settings.stamp_off": may(S),
    "receipt_settings.add_words": may(S),
    "receipt_settings.end_words": may(S),
    "receipt_settings.sample": may(S),
    "funds.open_one": may(T, S),
    "funds.change": may(T, S),
    "funds.end": may(T, S),
    "funds.spend": may(T),
    "funds.take_back": may(T),
    "funds.take_up": may(T, S, on="ended"),
    # Asking givers whether what is left may be for something else.
    "purposes.ask": may(T, on="sold"),
    "purposes.show": may(T, A),
    "purposes.letters": may(T),
    "purposes.told": may(T),
    "purposes.settle": may(T, on="answered"),
    "purposes.give_up": may(T),
    "purposes.hand_back": may(T, on="to be handed back"),
    "purpose_answers.show": may(EVERYBODY),
    "purpose_answers.answer": may(EVERYBODY),
    "payments.index": may(T, A),
    "payments.show": may(T, A),
    "payments.give_back": may(T, data={"amount": ""}),
    "regular.show": may(EVERYBODY, data={"amount": ""}),
    "regular.stop": may(EVERYBODY),
    "regular.index": may(T, A),
    "regular.end": may(T),
    "unidentified.index": may(T, A),
    "identify_gifts.identify": may(T),
    "identify_fees.identify": may(T),
    "payments.particulars": may(EVERYBODY),
    "payments.change": may(S),
    # Fees.
    "memberships.own": may(MEMBERS),
    "memberships.slip": may(MEMBERS),
    "memberships.pay": may(MEMBERS),
    "memberships.confirm": may(EVERYBODY, on="fee"),
    "memberships.go_on": may(EVERYBODY, on="fee"),
    "memberships.paid": may(EVERYBODY, on="fee"),
    "fees.index": may(C, T, A),
    "fees.file": may(C, T, A),
    "fees.slips": may(C, T, A),
    "fees.of_member": may(C, T, A),
    "fees.take": may(T),
    "fees.take_back": may(T),
    "fees.let_off": may(C),
    "fees.start": may(C, T),
    "fees.ask_again": may(C, on="free"),
    "fee_receipts.own": may("other", not_there=MEMBERS - {"other"}),
    "fee_receipts.file": may("giver", not_there=MEMBERS - {"giver"}, on="of a fee"),
    "fee_receipts.issue": may(T),
    "gifts.receipt": may(T),
    "gifts.receipt_for_year": may(T, on="wishes none"),
    "year_sheets.show": may(T, A),
    "year_sheets.issue_one": may(T, on="for the year"),
    "year_sheets.issue_all": may(T),
    "plans.index": may(EVERYBODY),
    "plans.open_one": may(S),
    "plans.change": may(S),
    "plans.rule": may(S),
    # What help costs, where it does.
    "rates.index": may(EVERYBODY),
    "visits.index": may(C, T, A),
    "visits.write_down": may(C),
    "visits.show": may(
        *("giver", "other", C, T, A), not_there=INSIDE - {"giver", "other", C, T, A}, on="paid for"
    ),
    "visits.mine": may(MEMBERS),
    "visits.owed": may(C, T, A),
    "visits.of_member": may(C, T, A),
    "visits.pays": may(T),
    "visits.is_paid": may(T),
    "visits.take_back": may(T),
    "rate_settings.index": may(S),
    "rate_settings.set_terms": may(S),
    "rate_settings.drop_terms": may(S, on="to come"),
    "rate_settings.set_rate": may(S),
    "rate_settings.drop_rate": may(S, on="to come"),
    # No card is taken in the house: there is nobody to listen to.
    "stripe.webhook": may(not_there=EVERYBODY),
    # Acting for others.
    "who.say": may("household", C, not_there=MEMBERS - {"household"}, on="household"),
    # What is no time leaves nothing; the form itself is sent elsewhere.
    "households.leave": may(
        "household", not_there=INSIDE - {"household"}, on="household", data={"hours": "x"}
    ),
    "households.index": may(C),
    "households.left": may(C, on="household"),
    "households.settle": may(C, on="has left"),
    "hands.whom": may(INSIDE),
    "hands.choose": may(INSIDE),
    "hands.own": may(MEMBERS),
    "hands.of_member": may(C),
    "hands.end": may(C, on="household"),
    # Whom the other acts for, beside being a member.
    "hands.lay_down": may("other", not_there=INSIDE - {"other"}, on="without a sign-in, too"),
    "hands.thanks": may(EVERYBODY),
    # Trusted persons: the giver has asked the other.
    "trust.name": may(MEMBERS),
    "trust.end": may("giver", not_there=MEMBERS - {"giver"}, on="trusted by the giver"),
    "trust.change": may("giver", not_there=MEMBERS - {"giver"}, on="trusted by the giver, too"),
    "trust.take_back": may("giver", not_there=MEMBERS - {"giver"}, on="to be taken back"),
    "trust.answer": may("other", not_there=INSIDE - {"other"}, on="for the other"),
    "trust.asked_by_mail": may(EVERYBODY),
    "trust.answered": may(EVERYBODY),
    # Whoever has the link; here it was answered already.
    "trust.answer_by_mail": may(not_there=EVERYBODY, on="answered"),
    "trust.name_for": may(C),
    "trust.change_for": may(C, on="trusted by the giver, too"),
    "trust.take_back_for": may(C, on="to be taken back for them"),
    # Being away, leaving, and coming back.
    "membership.own": may(MEMBERS),
    "membership.back": may(MEMBERS),
    "membership.of_member": may(C),
    "membership.back_of_member": may(C),
    "farewells.leave": may(MEMBERS),
    "farewells.leave_now": may(MEMBERS),
    "farewells.goodbye": may(EVERYBODY),
    "farewells.of_member": may(C),
    "farewells.left": may(C),
    "farewells.died": may(C),
    "farewells.take_back": may(C),
    # Insurances and licences.
    "licences.index": may(C, S),
    "licences.on_paper": may(C, S),
    "licences.file": may(C, S),
    "licences.own": may(MEMBERS),
    "licences.of_member": may(C, S),
    "licences.write_down": may(C),
    "licences.take_off": may(C),
    "licences.many": may(C),
    "licences.list_of_kinds": may(C, S),
    "licences.retire_kind": may(C, S),
    # How members are reached, and who may know it.
    "contacts.own": may(MEMBERS),
    "contacts.looks": may(MEMBERS),
    "contacts.find": may(MEMBERS),
    "contacts.show": may(MEMBERS),
    "contact_desk.of_member": may(C),
    "contact_desk.look": may(C),
    "contact_desk.write": may(C),
    "contact_desk.looks_of": may(C),
    "sharing.rules": may(INSIDE),
    "sharing.agree": may(MEMBERS, data={"version": "1"}),
    "sharing.end_consent": may(MEMBERS),
    "sharing.change": may(S),
    "sharing.to_ask": may(C),
    "sharing.of_member": may(C),
    # Members who were entered twice.
    "doubles.index": may(C),
    "doubles.find": may(C),
    "doubles.join": may(C, on="entered twice"),
    "doubles.not_the_same": may(C, on="entered twice"),
    # Officers are led to the statement of anybody; nobody here has an older record of their own.
    "statements.older": may(OFFICERS, not_there=MEMBERS | {"trusted"}),
    # Joining: for everybody, for whoever has the code or the link, and for coordinators.
    "joining.apply": may(EVERYBODY),
    "joining.asked": may(EVERYBODY),
    "joining.by_code": may(EVERYBODY),
    "joining.invited": may(EVERYBODY),
    "joining.welcome": may(EVERYBODY),
    "joining.consent": may(EVERYBODY),
    "joining.consented": may(EVERYBODY),
    "joining.first": may(not_there=EVERYBODY, on="used"),
    "applicants.index": may(C),
    "applicants.show": may(C),
    "applicants.accept": may(C),
    "applicants.decline": may(C),
    "applicants.on_paper": may(C, on="on paper"),
    "applicants.paper": may(C),
    "applicants.enter": may(C, S),
    "applicants.of_member": may(C),
    "applicants.health": may(C, on="receiver"),
    "applicants.health_paper": may(C),
    "applicants.withdraw": may(C),
    "applicants.guardian": may(C),
    "applicants.of_age": may(C, on="new"),
    "applicants.rule": may(S),
    "invitations.index": may(C),
    "invitations.new": may(C),
    "invitations.end": may(C, on="to end"),
    "consents.own": may(MEMBERS),
    "consents.give": may(MEMBERS),
    "consents.withdraw": may(MEMBERS),
    # What is known of members.
    "mydata.own": may(MEMBERS),
    "mydata.file": may(MEMBERS),
    "mydata.page": may(MEMBERS),
    "mydata.ask": may(MEMBERS),
    "mydata.withdraw": may("giver", not_there=MEMBERS - {"giver"}),
    "data_requests.index": may(C, S),
    "data_requests.answer": may(C, S),
    "data_requests.of_member": may(C, S),
    "data_requests.print_out": may(C, S),
    "data_requests.ask_for": may(C, S),
    "data_requests.erase": may(C, S),
    "leaks.retention": may(S),
    "leaks.index": may(S),
    "leaks.write": may(S),
    "leaks.show": may(S),
    "leaks.change": may(S),
    "leaks.tell": may(S),
    # Members.
    "members.index": may(OFFICERS),
    "members.enter": may(C, S),
    # Oneself is led home.
    "members.show": may("giver", OFFICERS, not_there=(MEMBERS | {TRUSTED}) - {"giver"}),
    "members.limit": may(C),
    "members.suspend": may(C, S),
    "members.resume": may(C, S, on="suspended"),
    "members.give_sign_in": may(C, S, on="without a sign-in"),
    "members.offices": may(S),
    "codes.give": may(C, S, on="without a sign-in"),
    "codes.reset_second_step": may(S, on="with a second step"),
    "audit.trail": may(S, A),
    # The community.
    "members.limits": may(S),
    "communities.who_may": may(INSIDE),
    "communities.settings": may(OFFICERS),
    "communities.change": may(S),
    "communities.kinds": may(S),
    "communities.retire_kind": may(S),
    "later.work": may(OFFICERS),
    "later.again": may(C, S),
}
