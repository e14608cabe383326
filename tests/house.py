"""Two communities with one of everything, and somebody of every role: what tests of every route need."""

from dataclasses import dataclass
from dataclasses import field

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_hand
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import a_person
from tests.builders import an_office
from tests.builders import written
from tests.house_between import agree_on_hours
from tests.house_money import take_money
from tests.house_presents import give_hours
from tests.house_receipts import issue_receipts
from tests.house_standing import arrange_daily
from tests.house_things import ELSEWHERE as ELSEWHERE
from tests.house_things import HERE as HERE
from tests.house_things import Things as Things
from tests.house_things import act_for_others
from tests.house_things import ask_about_data
from tests.house_things import ask_for_trust
from tests.house_things import asked_for_link
from tests.house_things import exchange_hours
from tests.house_things import given_up
from tests.house_things import insure
from tests.house_things import join
from tests.house_things import share
from tests.house_things import signed_in
from timebank import clock
from timebank.communities.models import Community
from timebank.communities.service import add_kind
from timebank.contacts.models import COORDINATORS
from timebank.contacts.models import MEMBERS
from timebank.contacts.sharing import write_rules
from timebank.db import db
from timebank.exchanges.sealing import seal_entries
from timebank.members.models import Member
from timebank.members.service import suspend_member
from timebank.people import factors
from timebank.people import half_sign_ins
from timebank.people import sign_ins
from timebank.people.devices import Device
from timebank.people.guesses import HALF_KEY
from timebank.people.models import PASSWORD
from timebank.people.models import Person
from timebank.rights import OFFICES

#: What an address is about where a test does not say which.
USUAL = {
    "exchange_id": "proposed",
    "member_id": "giver",
    "other_id": "entered twice, too",
    "kind_id": "driving",
    "licence_kind_id": "insurance",
    "licence_id": "of the giver",
    "job_id": "given up",
    "sign_in_id": "of who is leaving",
    "token": "the receiver's",
    "pool_id": "shared",
    "fund_id": "meal",
    "journal_id": "rent",
    "spending_id": "rice",
    "gift_id": "cash",
    "kind_gift_id": "rice",
    "change_id": "asked",
    "purpose_giver_id": "asked",
    "purpose_token": "asked",
    "gift_year": "of both",
    "payment_token": "paid",
    "payment_id": "paid",
    "regular_token": "every month",
    "regular_id": "every month",
    "movement_id": "a gift",
    "plan_id": "full",
    "terms_id": "to come",
    "paid_id": "cash",
    "expense_id": "booked",
    "cancelled_id": "late",
    "file_id": "paid",
    "line_number": "the last",
    "rate_id": "to come",
    "ticket_offer_id": "on paper",
    "sale_id": "cash",
    "topup_id": "a mistake",
    "arrangement_id": "every day",
    "ticket_number": "the last",
    "ticket_paid_id": "came in",
    "bill_token": "sent",
    "fee_id": "cash",
    "receipt_id": "of a gift",
    "printing_id": "one",
    "words_id": "for tax",
    "stamp_id": "on receipts",
    "gift_token": "with a receipt",
    "application_id": "waiting",
    "invitation_id": "poster",
    "code": "poster",
    "guardian_token": "minor",
    "first_token": "new",
    "transfer_id": "gift",
    "agreement_id": "holds",
    "across_id": "given",
    "present_id": "to the receiver",
    "person_id": "usual",
    "offer_id": "for the other",
    "trust_token": "by mail",
    "request_id": "the giver's",
    "leak_id": "a list",
}
#: What the authenticator of somebody in each community holds.
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass(slots=True)
class House:
    """The application on a database with both communities, and everybody's open session."""

    app: Flask
    #: Somebody of each role; "elsewhere" holds every office of the other community.
    people: dict[str, Neighbour]
    here: Things
    #: The same, of the other community.
    elsewhere: Things
    #: Somebody who has an authenticator with the secret SECRET, and is nobody else.
    with_second_step: Person
    #: By which the browsers of those who have signed in are known.
    tokens: dict[str, str] = field(default_factory=dict)
    #: What a browser keeps that is known by a token.
    cookies: dict[str, str] = field(default_factory=dict)

    def browser(self, role: str) -> FlaskClient:
        """Open a browser of its own in which somebody has signed in, or nobody ("stranger")."""
        if role != "stranger":
            self.tokens[role] = written(self.app, lambda session: self._token(session, role))
        return self.same_browser(role)

    def same_browser(self, role: str) -> FlaskClient:
        """Open a browser of somebody who has come and is still signed in, unless something is wrong."""
        client = self.app.test_client()
        if role != "stranger":
            name, token = self.app.config["SESSION_COOKIE_NAME"], self.tokens[role]
            if token not in self.cookies:
                with client.session_transaction() as cookie:
                    cookie.permanent = True
                    cookie["_user_id"] = token
                kept = client.get_cookie(name)
                assert kept
                self.cookies[token] = kept.value
            # Signing what a browser keeps takes as long as a good part of a request.
            client.set_cookie(name, self.cookies[token])
        return client

    def everybody_comes(self) -> None:
        """Have everybody sign in who is not, before it is counted what is written."""
        self.tokens |= written(
            self.app, lambda session: {role: self._token(session, role) for role in self.people}
        )

    def _token(self, session: Session, role: str) -> str:
        """Give an open sign-in's token: the last one, unless what was tried has ended it."""
        known = self.tokens.get(role)
        if known and sign_ins.find(session, token=known):
            return known
        person = session.get_one(Person, self.people[role].person.id)
        return sign_ins.begin(
            session,
            person=person,
            begun_by=PASSWORD,
            device=Device("Firefox", "Linux"),
            second_factor_at=None if role.endswith("asleep") else clock.now(),
        )

    def half_signed_in(self) -> FlaskClient:
        """Open a browser in which the password of somebody with a second step was right, and no more."""
        client, someone = self.app.test_client(), self.with_second_step
        token = written(
            self.app, lambda session: half_sign_ins.begin(session, person=someone, begun_by=PASSWORD)
        )
        with client.session_transaction() as cookie:
            cookie[HALF_KEY] = [token, someone.id, "somebody"]
        return client

    def address(self, endpoint: str, on: str = "", things: Things | None = None) -> str:
        """Spell a route's address in the first community, about what is named, or what is usual."""
        values: dict[str, object] = {}
        things = things or self.here
        assert not on or any(on in things.get(name, ()) for name in self.arguments(endpoint)), (endpoint, on)
        for name in self.arguments(endpoint):
            if name == "community":
                values[name] = HERE
            elif name == "filename":
                values[name] = "timebank.css"
            else:
                # An address may name two things, a pool and what moved there: only one of them is `on`.
                values[name] = things[name][on if on in things[name] else USUAL[name]]
        return str(self.app.url_map.bind("localhost").build(endpoint, values))

    def arguments(self, endpoint: str) -> set[str]:
        """Name what a route's address takes."""
        return {name for rule in self.app.url_map.iter_rules(endpoint) for name in rule.arguments}

    def methods(self, endpoint: str) -> set[str]:
        """Name the methods of a route that is its own."""
        found = {method for rule in self.app.url_map.iter_rules(endpoint) for method in rule.methods or ()}
        return found - {"HEAD", "OPTIONS"}


def a_house(app: Flask) -> House:
    """Build both communities; on a fresh database the same ids come out each time."""
    people, here = _with_keys(app, HERE)
    strangers, elsewhere = _with_keys(app, ELSEWHERE)
    people["elsewhere"] = strangers["giver"]
    for slug in (HERE, ELSEWHERE):
        while written(app, lambda session, slug=slug: seal_entries(session, community=_found(session, slug))):  # type: ignore[misc]
            pass
    with_second_step = people.pop("with a second step").person
    return House(app, people, here, elsewhere, with_second_step)


def _with_keys(app: Flask, slug: str) -> tuple[dict[str, Neighbour], Things]:
    with app.app_context():
        return written(db.engine, lambda session: _settle(session, slug))


def _found(session: Session, slug: str) -> Community:
    return session.scalars(select(Community).where(Community.slug == slug)).one()


def _settle(session: Session, slug: str) -> tuple[dict[str, Neighbour], Things]:
    community = a_community(session, slug=slug, name=slug.title(), telephone="06-0000-0000")
    # Somebody of each role holds nothing else; only the other community's giver holds every office there.
    offices = OFFICES if slug == ELSEWHERE else ()
    people = {
        name: a_neighbour(
            session,
            community,
            *(offices if name == "giver" else ()),
            email=f"{name}@{slug}.example",
            name=name.title(),
            number=f"{number:03}",
        )
        for number, name in enumerate(("giver", "receiver", "other", "suspended", "leaving"), 1)
    }
    for role in OFFICES:
        people[role] = Neighbour(community, a_person(session, email=f"{role}@{slug}.example"), None)
        an_office(session, people[role].person, community, role)
    members = {name: who.member.id for name, who in people.items() if who.member}
    acting = act_for_others(session, community, people)
    members["household"] = members["has left"] = acting.pop("member_id")
    for name, number in (("without a sign-in", "090"), ("without a sign-in, too", "091"), ("new", "095")):
        members[name] = a_member(session, community, name="Mary", number=number).id
    twice = [a_member(session, community, name="Anne", number=number).id for number in ("092", "093")]
    members["entered twice"] = twice[0]
    second = a_neighbour(session, community, email=f"second@{slug}.example", name="Second", number="094")
    factors.keep_secret(session, person=second.person, secret=SECRET)
    people["with a second step"] = second
    assert second.member
    members["with a second step"] = second.member.id
    mary, other = session.get_one(Member, members["without a sign-in, too"]), people["other"].person
    a_hand(session, mary, other, called="Other", may="read")
    driving = add_kind(session, community=community, name="Driving", actor=COORDINATOR)
    members_here = {name: who.member for name, who in people.items() if who.member}
    members_here["household"] = session.get_one(Member, members["household"])
    exchanges = exchange_hours(session, community, members_here)
    write_rules(
        session,
        community=community,
        words="Numbers are for neighbours.",
        widest=MEMBERS,
        suggested=COORDINATORS,
        actor=COORDINATOR,
    )
    suspended = people["suspended"].member
    assert suspended
    suspend_member(session, member=suspended, reason="asked for a pause", actor=COORDINATOR)
    money = take_money(session, community, members_here["giver"], members_here["other"])
    things: Things = {
        "member_id": {**members},
        "person_id": {**acting},
        "other_id": {"entered twice, too": twice[1]},
        "exchange_id": {**exchanges, **money.pop("exchange_id")},
        "kind_id": {"driving": driving.id},
        "job_id": {"given up": given_up(session, community)},
        "sign_in_id": {"of who is leaving": signed_in(session, people["leaving"].person)},
        **money,
        **_of_members(session, community, members_here),
        **issue_receipts(session, community),
        **join(session, community, members["new"]),
        **ask_for_trust(session, community, members_here["giver"]),
        **ask_about_data(session, community, members_here["giver"], members_here["other"]),
        "token": {
            "the receiver's": asked_for_link(session, community, people["receiver"].person),
            "used": "used" * 8,
        },
    }
    return people, things


def _of_members(session: Session, community: Community, members: dict[str, Member]) -> Things:
    """Have members be insured, share, give hours away and across, and arrange what comes every day."""
    giver, receiver, other = (members[name] for name in ("giver", "receiver", "other"))
    return {
        **insure(session, community, giver),
        **share(session, community, giver),
        **give_hours(session, community, giver, receiver, other),
        **arrange_daily(session, community, giver, other),
        **agree_on_hours(session, community, giver),
    }
