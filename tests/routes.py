"""Who may use each route, and who is told that there is nothing: one line for each."""

from tests.routes_money import MONEY
from tests.routes_standing import STANDING
from tests.rows_of_rights import EVERYBODY as EVERYBODY
from tests.rows_of_rights import INSIDE
from tests.rows_of_rights import MEMBERS
from tests.rows_of_rights import OFFICERS
from tests.rows_of_rights import PARTIES
from tests.rows_of_rights import THIRD
from tests.rows_of_rights import TRUSTED
from tests.rows_of_rights import WITH_OWN_PART
from tests.rows_of_rights import A
from tests.rows_of_rights import C
from tests.rows_of_rights import Row
from tests.rows_of_rights import S
from tests.rows_of_rights import T
from tests.rows_of_rights import may
from tests.rows_of_rights import one_of_two

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
    # Between communities that have agreed.
    "between.index": may(OFFICERS),
    "between.give": may(MEMBERS),
    "between.give_for": may(C),
    "between.take_back": may(C, T),
    "agreements.index": may(S),
    "agreements.propose": may(S),
    "agreements.show": may(S),
    "agreements.accept": may(S, on="to accept"),
    "agreements.decline": may(S, on="to decline"),
    "agreements.withdraw": may(S, on="to take back"),
    "agreements.end": may(S, on="to end"),
    # Hours from member to member.
    "presents.give": may(MEMBERS),
    "presents.give_for": may(C),
    "presents.show": may(PARTIES, TRUSTED, OFFICERS, not_there=THIRD),
    "presents.take_back": may(C),
    **MONEY,
    **STANDING,
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
