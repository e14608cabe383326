"""Every form of the program, filled in so that it does something: who sends it, about what, what it says."""

import re
from collections.abc import Mapping
from datetime import date
from datetime import timedelta
from html import unescape

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.builders import A_DAY
from tests.builders import PASSWORD
from tests.filled import DAY
from tests.filled import REASON
from tests.filled import Filled
from tests.filled import key
from tests.filled_money import MONEY
from tests.filled_proposals import PROPOSALS
from tests.filled_standing import STANDING
from tests.house import ELSEWHERE
from tests.house import HERE
from tests.house import SECRET
from tests.house import House
from timebank import clock
from timebank.people.factors import SECONDS
from timebank.people.factors import code_of
from timebank.people.locks import lock

#: Somebody whose password was right, and who has not taken the second step.
HALFWAY = "halfway"
WHAT = {"hours": "1", "date": DAY, "description": "Letters", "kind": "0"}
#: A day to come, whether a test sets the clock or not.
SOON = (max(date.today(), A_DAY) + timedelta(days=60)).isoformat()  # noqa: DTZ011
JOINING = {
    "name": "Saburo",
    "reading": "さぶろう",
    "telephone": "06-1234-5678",
    "email": "",
    "other_way": "Ask next door",
    "could_do": "Repairs",
    "would_help": "Company",
    "uses_agreed": "y",
}
MINOR = {
    "under_18": "y",
    "guardian_name": "His mother",
    "guardian_reached_by": "The same",
    "guardian_email": "",
}
_SEEN = re.compile(r'name="seen"[^>]*value="([^"]+)"')


def code_of_now(house: House) -> dict[str, str]:
    """Read the authenticator of whoever has one in the house."""
    return {"code": code_of(SECRET, int(clock.now().timestamp()) // SECONDS)}


def shown_secret(house: House) -> dict[str, str]:
    """Read the code after an authenticator was shown its secret on the page."""
    with house.app.app_context():
        person_id = house.people["other"].person.id
        return code_of_now(house) | {"secret": lock(SECRET, what=f"authenticator shown to {person_id}")}


#: Every route that takes a form, in an order in which each of them succeeds.
FORMS: dict[str, Filled] = {
    "web.language": Filled("stranger", {"language": "ja"}),
    "people.sign_in": Filled("stranger", {"name": f"other@{HERE}.example", "password": PASSWORD}),
    "people.sign_out": Filled("other", {}),
    "people.end_sign_in": Filled("leaving", {}),
    "people.end_other_sign_ins": Filled("giver", {}),
    "links.ask": Filled("stranger", {"email": f"other@{HERE}.example"}),
    "links.use": Filled("stranger", {}),
    "second_step.ask": Filled(HALFWAY, {"code": "000000"}, fresh=code_of_now),
    "people.go_on": Filled("other", {"kept": ""}),
    "people.change_language": Filled("other", {"language": "ja"}),
    "exchanges.log": Filled("giver", key(1) | WHAT | {"direction": "gave", "other": "002"}),
    "exchanges.joint": Filled(
        "giver", key(2) | WHAT | {"direction": "gave", "others": "002\n003", "hours": "2", "shared": "whole"}
    ),
    "exchanges.confirm": Filled("receiver", {}, on="confirm"),
    "exchanges.decline": Filled("receiver", REASON, on="decline"),
    "exchanges.withdraw": Filled("giver", {}, on="withdraw"),
    "exchanges.dispute": Filled("giver", REASON, on="declined"),
    "desk.for_others": Filled(
        "coordinator",
        key(3)
        | WHAT
        | {"givers": "003", "receivers": "001", "shared": "whole", "word": "both", "heard": "telephone"},
    ),
    "desk.slips": Filled(
        "coordinator", key(4) | {"date": DAY, "giver": "003", "receiver": "002", "hours": "1", "since": "0"}
    ),
    "desk.answer": Filled("coordinator", {"answer": "right", "heard": "telephone"}, on="answer"),
    "desk.settle": Filled("coordinator", {"hours": "1", "date": DAY, "heard": "slip"} | REASON, on="settle"),
    "desk.close": Filled("coordinator", REASON, on="joint"),
    "desk.withdraw": Filled("coordinator", REASON, on="withdraw-for-them"),
    "desk.reverse": Filled("coordinator", REASON, on="reverse"),
    "pools.open_one": Filled("steward", {"name": "Snow", "purpose": "Clearing it away"}),
    "pools.give": Filled("giver", key(5) | {"hours": "1", "note": "For all"}),
    "pools.give_for": Filled(
        "coordinator", key(6) | {"giver": "003", "hours": "1", "note": "", "heard": "telephone"}
    ),
    "pools.grant": Filled("coordinator", key(7) | {"other": "002", "hours": "0:30"} | REASON),
    "pools.take_back": Filled("coordinator", REASON),
    "pools.close": Filled("steward", {}, on="empty"),
    "pools.reopen": Filled("steward", {}, on="closed"),
    "presents.give": Filled("giver", key(64) | {"other": "003", "hours": "1", "words": "For the soup"}),
    "presents.give_for": Filled(
        "coordinator",
        key(65) | {"giver": "001", "other": "003", "hours": "0:30", "words": "", "heard": "telephone"},
    ),
    "presents.take_back": Filled("coordinator", REASON),
    **MONEY,
    **PROPOSALS,
    **STANDING,
    "who.say": Filled("household", {"who": ""}, on="household"),
    "households.settle": Filled(
        "coordinator", key(24) | {"hours": "0", "reason": "They agreed"}, on="has left"
    ),
    "hands.choose": Filled("household", {"member": ""}),
    "hands.of_member": Filled(
        "coordinator", {"who": "aunt@kadoma.example", "name": "Aunt Mie"}, on="household"
    ),
    "hands.end": Filled("coordinator", {}, on="household"),
    "joining.apply": Filled("stranger", key(20) | JOINING | MINOR),
    "joining.by_code": Filled("stranger", {"code": "2345 2345-2345 ２３４５"}),
    "joining.invited": Filled(
        "stranger", key(21) | JOINING | {"password": "a-password-of-mine", "health_agreed": "y"}
    ),
    "joining.consent": Filled("stranger", {"agreed": "y"}, on="minor"),
    "joining.first": Filled("stranger", {}, on="new"),
    "applicants.accept": Filled("coordinator", {}, on="waiting"),
    "applicants.decline": Filled("coordinator", REASON, on="declined"),
    "applicants.on_paper": Filled("coordinator", {"language": "ja", "signed_on": DAY}, on="on paper"),
    "applicants.enter": Filled(
        "coordinator",
        key(22)
        | JOINING
        | MINOR
        | {"number": "078", "language": "ja", "signed_on": DAY, "guardian_signed_on": DAY},
    ),
    "applicants.health": Filled("coordinator", {"language": "ja", "signed_on": DAY}, on="receiver"),
    "applicants.withdraw": Filled("coordinator", {}),
    "applicants.guardian": Filled(
        "coordinator",
        {
            "guardian_name": "Her uncle",
            "guardian_reached_by": "Across the road",
            "guardian_email": "uncle@kadoma.example",
            "language": "en",
            "signed_on": DAY,
        },
        on="new",
    ),
    "applicants.of_age": Filled("coordinator", {}, on="new"),
    "applicants.rule": Filled("steward", {"takes": "y"}),
    "invitations.new": Filled(
        "coordinator",
        key(23) | {"note": "The new neighbour", "uses": "1", "good_until": SOON, "email": "new@example.org"},
    ),
    "invitations.end": Filled("coordinator", {}, on="to end"),
    "consents.give": Filled("giver", {}),
    "consents.withdraw": Filled("giver", {}),
    "trust.take_back": Filled("giver", {}, on="to be taken back"),
    "trust.take_back_for": Filled("coordinator", {}, on="to be taken back for them"),
    "trust.name": Filled("giver", {"who": "friend@kadoma.example", "name": "Friend", "ticks": ["log"]}),
    "trust.answer_by_mail": Filled("stranger", {"answer": "no"}),
    "trust.answer": Filled("other", {"answer": "yes"}, on="for the other"),
    "trust.change": Filled("giver", {"ticks": ["read"]}, on="trusted by the giver, too"),
    "trust.change_for": Filled(
        "coordinator", {"ticks": ["log", "read"], "heard": "telephone"}, on="trusted by the giver, too"
    ),
    "trust.end": Filled("giver", {}, on="trusted by the giver"),
    "trust.name_for": Filled(
        "coordinator",
        {"who": "cousin@kadoma.example", "name": "Cousin", "ticks": ["read"], "heard": "telephone"},
        on="other",
    ),
    "hands.lay_down": Filled("other", {}, on="without a sign-in, too"),
    "members.enter": Filled(
        "coordinator",
        {"kind": "person", "number": "077", "name": "Jiro", "reading": "じろう", "district": "North"},
    ),
    "members.limit": Filled("coordinator", {"limit": "3:00"} | REASON),
    "members.suspend": Filled("steward", REASON, on="leaving"),
    "members.resume": Filled("steward", REASON, on="suspended"),
    "members.give_sign_in": Filled(
        "steward", {"email": "mary@kadoma.example", "password": "a-first-password"}, on="without a sign-in"
    ),
    "codes.give": Filled("coordinator", {}, on="without a sign-in, too"),
    "codes.reset_second_step": Filled("steward", {}, on="with a second step"),
    "members.offices": Filled("steward", {"roles": ["auditor"]}, on="other"),
    "members.limits": Filled("steward", {"limit": "20:00", "ceiling": "40:00"}),
    "communities.change": Filled(
        "steward",
        {
            "name": "Kadoma neighbours",
            "legal_form": "NPO",
            "address": "1-2 Honmachi",
            "telephone": "06-1111-1111",
            "language": "en",
            "time_zone": "Asia/Tokyo",
            "year_begins_month": "4",
            "currency": "JPY",
            "started_on": "2019-04-01",
            "rounding_minutes": "15",
            "answer_days": "10",
        },
    ),
    "communities.kinds": Filled("steward", {"name": "Weeding"}),
    "communities.retire_kind": Filled("steward", {}),
    "later.again": Filled("steward", {}),
    "membership.own": Filled("giver", {"until": "2026-05-01"}),
    "membership.back": Filled("giver", {}),
    "membership.of_member": Filled("coordinator", {"until": "2026-05-01"}),
    "membership.back_of_member": Filled("coordinator", {}),
    "licences.list_of_kinds": Filled("steward", {"name": "Course for drivers"}),
    "licences.take_off": Filled("coordinator", REASON),
    "licences.write_down": Filled(
        "coordinator", {"kind": "1", "ends_on": "2027-03-31", "note": "shown at the desk"}
    ),
    "licences.many": Filled(
        "coordinator", {"members": ["1", "2"], "ends_on": "2028-03-31", "note": "by post"}
    ),
    "licences.retire_kind": Filled("steward", {}),
    "sharing.change": Filled(
        "steward",
        {"words": "Numbers are for what was agreed.", "widest": "agreed", "suggested": "coordinators"},
    ),
    "sharing.agree": Filled("giver", {"version": "2"}),
    "sharing.of_member": Filled("coordinator", {"answer": "yes", "version": "2", "heard": "telephone"}),
    "contacts.own": Filled(
        "giver",
        {
            "telephone": "06-0000-0001",
            "telephone_audience": "agreed",
            "email": "giver@kadoma.example",
            "email_audience": "members",
            "address": "1-2-3 Honmachi",
            "address_audience": "coordinators",
            "other": "Call after six",
            "other_audience": "nobody",
        },
    ),
    "contacts.show": Filled("receiver", {}),
    "contact_desk.look": Filled("coordinator", {}),
    "contact_desk.write": Filled(
        "coordinator",
        {"kind": "address", "value": "4-5-6 Honmachi", "audience": "coordinators", "heard": "slip"},
    ),
    "sharing.end_consent": Filled("receiver", {}),
    "doubles.find": Filled("coordinator", {"other": "002"}),
    "doubles.not_the_same": Filled("coordinator", {}, on="entered twice"),
    "between.give": Filled(
        "giver", key(152) | {"number": "1", "name": "Ume", "hours": "0:10", "note": "Thanks"}
    ),
    "between.give_for": Filled(
        "coordinator",
        key(153)
        | {"giver": "001", "number": "1", "name": "Ume", "hours": "0:10", "note": "", "heard": "telephone"},
    ),
    "between.take_back": Filled("treasurer", REASON),
    "agreements.propose": Filled(
        "steward",
        {"slug": ELSEWHERE, "limit": "20", "rate_here": "60", "rate_there": "45", "words": "For mothers"},
    ),
    "agreements.accept": Filled("steward", {}, on="to accept"),
    "agreements.decline": Filled("steward", {}, on="to decline"),
    "agreements.withdraw": Filled("steward", {}, on="to take back"),
    "agreements.end": Filled("steward", {}, on="to end"),
    "doubles.join": Filled("coordinator", key(11) | REASON | {"stays": "second"}, on="entered twice"),
    "mydata.file": Filled("giver", {}),
    "mydata.page": Filled("giver", {}),
    "mydata.ask": Filled("receiver", {"kind": "see", "words": "Everything"}),
    "mydata.withdraw": Filled("giver", {}),
    "data_requests.ask_for": Filled(
        "coordinator", {"kind": "stop", "words": "No photographs", "heard": "telephone"}
    ),
    "data_requests.answer": Filled(
        "coordinator", {"granted": "yes", "answer": "Spelt as they wish"}, on="another's"
    ),
    "data_requests.print_out": Filled("coordinator", {}),
    "leaks.retention": Filled(
        "steward",
        {"unbooked_days": "90", "reasons_days": "365", "requests_days": "1095", "backups_days": "14"},
    ),
    "leaks.write": Filled("steward", {"noticed_on": "2026-04-10", "happened": "A telephone was lost"}),
    "leaks.change": Filled(
        "steward", {"noticed_on": "2026-04-10", "happened": "A list was lost", "cause": "In a hurry"}
    ),
    "leaks.tell": Filled("steward", {"others": "001\n002", "words": "A list with your name was lost."}),
    "farewells.leave_now": Filled("suspended", key(8) | {"reason": ""}),
    "farewells.left": Filled("coordinator", key(9) | REASON, on="without a sign-in"),
    "farewells.take_back": Filled("coordinator", REASON, on="without a sign-in"),
    "farewells.died": Filled("coordinator", key(10) | {"contact": "Her sister"}, on="without a sign-in, too"),
    "factors.set_up": Filled(
        "other", {"code": "000000", "secret": "", "password_or_code": PASSWORD}, fresh=shown_secret
    ),
    "factors.recovery_codes": Filled("other", {"password_or_code": PASSWORD}),
    "factors.remove": Filled("other", {"password_or_code": PASSWORD}),
    "data_requests.erase": Filled("coordinator", {"sure": "y"}, on="without a sign-in, too"),
    # Nobody acts for the household any more afterwards.
    "households.leave": Filled("household", {"hours": "0:30"}, on="household"),
    # Last, because it ends the session.
    "people.change_password": Filled("other", {"old_password": PASSWORD, "password": "another-password"}),
}


def send(
    house: House, endpoint: str, more: Mapping[str, str] | None = None, client: FlaskClient | None = None
) -> TestResponse:
    """Send a filled form with further fields; what is shown before it is saved is agreed to."""
    form = FORMS[endpoint]
    browser = client or (house.half_signed_in() if form.by == HALFWAY else house.browser(form.by))
    data = {**(more or {}), **form.data, **(form.fresh(house) if form.fresh else {})}
    answer = browser.post(house.address(endpoint, form.on), data=data)
    shown = _SEEN.search(answer.text)
    if answer.status_code == 422 and shown:
        return browser.post(house.address(endpoint, form.on), data={**data, "seen": unescape(shown[1])})
    return answer
