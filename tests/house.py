"""Two communities with one of everything, and somebody of every role: what tests of every route need."""

from dataclasses import dataclass
from dataclasses import field
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import A_DAY
from tests.builders import COORDINATOR
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_hand
from tests.builders import a_household
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import a_person
from tests.builders import a_proposal
from tests.builders import an_exchange
from tests.builders import an_office
from tests.builders import as_member
from tests.builders import said
from tests.builders import written
from timebank import clock
from timebank.communities.models import Community
from timebank.communities.service import add_kind
from timebank.contacts.models import COORDINATORS
from timebank.contacts.models import MEMBERS
from timebank.contacts.sharing import write_rules
from timebank.db import db
from timebank.exchanges.models import Exchange
from timebank.exchanges.sealing import seal_entries
from timebank.exchanges.service import decline_exchange
from timebank.exchanges.service import log_exchange
from timebank.exchanges.service import reverse_exchange
from timebank.hands import trust
from timebank.hands.service import Named
from timebank.hands.service import end_hand
from timebank.joining.models import Application
from timebank.joining.models import FirstSignIn
from timebank.joining.models import Invitation
from timebank.joining.newcomers import GuardianNamed
from timebank.joining.newcomers import Newcomer
from timebank.joining.service import apply
from timebank.licences.kinds import add_kind as add_licence_kind
from timebank.licences.service import Seen
from timebank.licences.service import write_down
from timebank.members.guardians import GuardianConsent
from timebank.members.guardians import record_guardian
from timebank.members.models import Member
from timebank.members.service import suspend_member
from timebank.mydata.leaks import write_leak
from timebank.mydata.models import CORRECT
from timebank.mydata.service import ask
from timebank.people import factors
from timebank.people import half_sign_ins
from timebank.people import sign_ins
from timebank.people.devices import Device
from timebank.people.guesses import HALF_KEY
from timebank.people.models import PASSWORD
from timebank.people.models import Person
from timebank.people.models import SignInLink
from timebank.pools.service import Wish
from timebank.pools.service import close_pool
from timebank.pools.service import give
from timebank.pools.service import open_pool
from timebank.queue.models import FAILED
from timebank.queue.models import Job
from timebank.rights import OFFICES
from timebank.rights import TICKS

HERE, ELSEWHERE = "kadoma", "moriguchi"

#: Proposals of the giver's that wait for the receiver: one for each thing that can be done with it.
PROPOSALS = ("proposed", "confirm", "decline", "withdraw", "answer", "settle", "withdraw-for-them")
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
    "application_id": "waiting",
    "invitation_id": "poster",
    "code": "poster",
    "guardian_token": "minor",
    "first_token": "new",
    "transfer_id": "gift",
    "person_id": "usual",
    "offer_id": "for the other",
    "trust_token": "by mail",
    "request_id": "the giver's",
    "leak_id": "a list",
}
#: What the authenticator of somebody in each community holds.
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
#: Tokens of links, which are asked for by people and sent to them.
LINKS = {HERE: "here" * 8, ELSEWHERE: "elsewhere" * 4}
ASKED = {HERE: "asked-here" * 4, ELSEWHERE: "asked-elsewhere" * 3}

#: Codes of invitations, which hang somewhere.
CODES = {HERE: "2345" * 4, ELSEWHERE: "6789" * 4}

#: The ids of what there is, by the name that addresses give to such an id, and by what it is.
Things = dict[str, dict[str, int | str]]


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

    def browser(self, role: str) -> FlaskClient:
        """Open a browser of its own in which somebody has signed in, or nobody ("stranger")."""
        client = self.app.test_client()
        if role != "stranger":
            token = written(self.app, lambda session: self._token(session, role))
            with client.session_transaction() as cookie:
                cookie.permanent = True
                cookie["_user_id"] = self.tokens[role] = token
        return client

    def everybody_comes(self) -> None:
        """Have everybody sign in who is not, before it is counted what is written."""
        for role in self.people:
            self.browser(role)

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
    acting = _act(session, community, people)
    members["household"] = acting.pop("member_id")
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
    exchanges = _exchange(session, community, members_here)
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
    things: Things = {
        "member_id": {**members},
        "person_id": {**acting},
        "other_id": {"entered twice, too": twice[1]},
        "exchange_id": {**exchanges},
        "kind_id": {"driving": driving.id},
        "job_id": {"given up": _given_up(session, community)},
        "sign_in_id": {"of who is leaving": _signed_in(session, people["leaving"].person)},
        **_insure(session, community, members_here["giver"]),
        **_share(session, community, members_here["giver"]),
        **_join(session, community, members["new"]),
        **_ask(session, community, members_here["giver"]),
        "request_id": {
            "the giver's": _asked_to_correct(session, community, members_here["giver"]),
            "another's": _asked_to_correct(session, community, members_here["other"]),
        },
        "leak_id": {"a list": _leaked(session, community)},
        "token": {
            "the receiver's": _asked_for_link(session, community, people["receiver"].person),
            "used": "used" * 8,
        },
    }
    return people, things


def _act(session: Session, community: Community, people: dict[str, Neighbour]) -> dict[str, int]:
    """Have somebody act for a household, and with them another; somebody trusted, and somebody no longer."""
    slug, receiver = community.slug, people["receiver"].member
    assert receiver
    for name in ("household", "another", "trusted", "ended"):
        people[name] = Neighbour(community, a_person(session, email=f"{name}@{slug}.example"), None)
    both = [people[name].person for name in ("household", "another", "ended")]
    household = a_household(session, community, *both, number="050")
    a_hand(
        session,
        receiver,
        people["trusted"].person,
        called="Daughter",
        may=" ".join(TICKS),
    )
    end_hand(session, member=household, person=people["ended"].person, actor=COORDINATOR)
    giver = people["giver"].member
    assert giver
    a_hand(session, giver, people["another"].person, called="Neighbour", may="log")
    another = people.pop("another").person
    return {
        "member_id": household.id,
        "household": another.id,
        "trusted by the giver": another.id,
        "usual": another.id,
    }


def _ask(session: Session, community: Community, giver: Member) -> Things:
    """Have the giver ask somebody to act for them, several times over."""
    made = {}
    for name, who in (
        ("to be taken back", "aunt@asked.example"),
        ("to be taken back for them", "uncle@asked.example"),
        ("for the other", "003"),
        ("by mail", "niece@asked.example"),
    ):
        named = Named(who, name)
        made[name] = trust.ask(
            session, community=community, member=giver, named=named, ticks=["log"], actor=as_member(giver)
        )
    made["by mail"].token_hash = sign_ins.hashed(ASKED[community.slug])
    session.flush()
    return {
        "offer_id": {name: offer.id for name, offer in made.items()},
        "trust_token": {"by mail": ASKED[community.slug], "answered": "answered" * 4},
    }


def _share(session: Session, community: Community, giver: Member) -> Things:
    """Open pools: one that the giver has given to, one that is empty, one that is closed."""
    made = {
        name: open_pool(session, community=community, name=name, purpose="for everybody", actor=COORDINATOR)
        for name in ("shared", "empty", "closed")
    }
    close_pool(session, community=community, pool=made["closed"], actor=COORDINATOR)
    wish = Wish(member=giver, minutes=120, words="", key="form:pool")
    moved = give(session, community=community, pool=made["shared"], wish=wish, actor=as_member(giver))
    return {
        "pool_id": {name: pool.id for name, pool in made.items()},
        "transfer_id": {"gift": moved.transfer.id},
    }


def _insure(session: Session, community: Community, giver: Member) -> Things:
    """Ask for volunteers' insurance, and have seen the giver's."""
    kind = add_licence_kind(session, community=community, name="Insurance", actor=COORDINATOR)
    seen = Seen(kind=kind, ends_on=clock.today(community.time_zone))
    licence = write_down(session, community=community, member=giver, seen=seen, actor=COORDINATOR)
    assert licence
    return {"licence_kind_id": {"insurance": kind.id}, "licence_id": {"of the giver": licence.id}}


def _join(session: Session, community: Community, new: int) -> Things:
    """Have people ask to join, one of them under 18; a poster hang; and a new member be sent a link."""
    asked = {name: _asks_to_join(session, community, name) for name in ("waiting", "declined", "minor")}
    token = LINKS[community.slug]
    asked["minor"].guardian_token_hash = sign_ins.hashed(token)
    asked["on paper"] = _asks_to_join(session, community, "minor on paper")
    hanging = {
        "poster": _invites(session, community, CODES[community.slug]),
        "to end": _invites(session, community, f"ended in {community.slug}"),
    }
    first = FirstSignIn(
        member_id=new,
        community_id=community.id,
        email=f"new@{community.slug}.example",
        language="en",
        token_hash=sign_ins.hashed(token),
        asked_at=clock.now(),
    )
    minor = session.get_one(Member, new)
    consent = GuardianConsent(name="Her aunt", reached_by="next door", wording="Yes", consented_on=A_DAY)
    record_guardian(session, community=community, member=minor, consent=consent, actor=COORDINATOR)
    session.add(first)
    session.flush()
    return {
        "application_id": {name: one.id for name, one in asked.items()},
        "invitation_id": {name: one.id for name, one in hanging.items()},
        "code": {"poster": CODES[community.slug]},
        "guardian_token": {"minor": token},
        "first_token": {"new": token, "used": "used" * 8},
    }


def _invites(session: Session, community: Community, code: str) -> Invitation:
    invitation = Invitation(
        community_id=community.id,
        key=f"form:{code}",
        code_hash=sign_ins.hashed(code),
        note="At the gathering place",
        uses=5,
        good_until=clock.today(community.time_zone) + timedelta(days=30),
        made_at=clock.now(),
        actor=str(COORDINATOR),
    )
    session.add(invitation)
    session.flush()
    return invitation


def _asks_to_join(session: Session, community: Community, name: str) -> Application:
    guardian = GuardianNamed("Her aunt", "next door") if name.startswith("minor") else None
    newcomer = Newcomer(
        key=f"form:{name}",
        name=name.title(),
        telephone="06-0000-1111",
        could_do="Letters",
        language="en",
        wording="Yes",
        consented_on=A_DAY,
        guardian=guardian,
    )
    return apply(session, community=community, newcomer=newcomer)


def _asked_to_correct(session: Session, community: Community, member: Member) -> int:
    """Have somebody ask for something to be corrected."""
    request = ask(
        session,
        community=community,
        member=member,
        kind=CORRECT,
        words="The name is spelt otherwise",
        actor=as_member(member),
    )
    return request.id


def _leaked(session: Session, community: Community) -> int:
    """Have a list be lost."""
    facts = {
        "noticed_on": community.started_on,
        "happened": "A list was lost",
        "people": 2,
        "on_purpose": False,
        **dict.fromkeys(("what", "cause", "harm", "measures"), ""),
        **dict.fromkeys(("reported_on", "completed_on", "closed_on")),
    }
    return write_leak(session, community=community, facts=facts, actor=COORDINATOR).id


def _signed_in(session: Session, person: Person) -> int:
    """Have somebody signed in on another machine, too."""
    token = sign_ins.begin(session, person=person, begun_by=PASSWORD, device=Device("Chrome", "Android"))
    found = sign_ins.find(session, token=token)
    assert found
    return found[0].id


def _asked_for_link(session: Session, community: Community, person: Person) -> str:
    """Have somebody ask for a link, and not use it yet."""
    token = LINKS[community.slug]
    session.add(
        SignInLink(
            community_id=community.id,
            person_id=person.id,
            token_hash=sign_ins.hashed(token),
            asked_at=clock.now(),
        )
    )
    session.flush()
    return token


def _exchange(session: Session, community: Community, members: dict[str, Member]) -> dict[str, int]:
    """Log exchanges between the giver and the receiver, in each state that something can be done with."""
    giver, receiver = members["giver"], members["receiver"]
    made: dict[str, Exchange] = {}
    for number, name in enumerate((*PROPOSALS, "declined")):
        day = A_DAY - timedelta(days=number)
        made[name] = a_proposal(
            session, community, giver, receiver, worked_on=day, description=name, key=f"form:{name}"
        )
    decline_exchange(
        session,
        community=community,
        exchange=made["declined"],
        reason="Nobody came",
        actor=as_member(receiver),
    )
    for number, name in enumerate(("booked", "reversed", "reverse"), 20):
        day = A_DAY - timedelta(days=number)
        made[name] = an_exchange(
            session, community, giver, receiver, worked_on=day, description=name, key=f"form:{name}"
        )
    reverse_exchange(
        session, community=community, exchange=made["reversed"], reason="a mistake", actor=COORDINATOR
    )
    class_ = log_exchange(
        session,
        community=community,
        said=said(
            giver, [receiver, members["leaving"]], worked_on=A_DAY - timedelta(days=40), key="form:joint"
        ),
        by=giver,
        actor=as_member(giver),
    )
    made["joint"] = class_.exchanges[0]
    return {name: exchange.id for name, exchange in made.items()}


def _given_up(session: Session, community: Community) -> int:
    now = clock.now()
    job = Job(
        community_id=community.id,
        kind="mail",
        payload='{"mail": 0}',
        made_at=now,
        due_at=now,
        attempts=1,
        state=FAILED,
        ended_at=now,
        error="The mail server does not take the address.",
    )
    session.add(job)
    session.flush()
    return job.id
