"""What there is in each of a house's two communities, by the name that tests give it."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from tests.builders import A_DAY
from tests.builders import COORDINATOR
from tests.builders import Neighbour
from tests.builders import a_hand
from tests.builders import a_household
from tests.builders import a_person
from tests.builders import a_proposal
from tests.builders import an_exchange
from tests.builders import as_member
from tests.builders import said
from tests.house_gifts import gifts_by_hand
from timebank import clock
from timebank.app import HOOKS
from timebank.communities.models import Community
from timebank.donations import service as donations
from timebank.exchanges.models import Exchange
from timebank.exchanges.service import decline_exchange
from timebank.exchanges.service import log_exchange
from timebank.exchanges.service import reverse_exchange
from timebank.funds.service import end_fund
from timebank.funds.service import open_fund
from timebank.funds.spending import Spent
from timebank.funds.spending import spend
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
from timebank.mydata.leaks import write_leak
from timebank.mydata.models import CORRECT
from timebank.mydata.service import ask
from timebank.payments.facts import Charge
from timebank.payments.facts import Checkout
from timebank.payments.facts import Movement
from timebank.payments.service import fulfil
from timebank.people import sign_ins
from timebank.people.devices import Device
from timebank.people.models import PASSWORD
from timebank.people.models import Person
from timebank.people.models import SignInLink
from timebank.pools.service import Wish
from timebank.pools.service import close_pool
from timebank.pools.service import give
from timebank.pools.service import open_pool
from timebank.queue.models import FAILED
from timebank.queue.models import Job
from timebank.rights import TICKS

HERE, ELSEWHERE = "kadoma", "moriguchi"

#: Proposals of the giver's that wait for the receiver: one for each thing that can be done with it.
PROPOSALS = ("proposed", "confirm", "decline", "withdraw", "answer", "settle", "withdraw-for-them")
#: Tokens of links, which are asked for by people and sent to them.
LINKS = {HERE: "here" * 8, ELSEWHERE: "elsewhere" * 4}
ASKED = {HERE: "asked-here" * 4, ELSEWHERE: "asked-elsewhere" * 3}

#: Codes of invitations, which hang somewhere.
CODES = {HERE: "2345" * 4, ELSEWHERE: "6789" * 4}

#: The ids of what there is, by the name that addresses give to such an id, and by what it is.
Things = dict[str, dict[str, int | str]]


def act_for_others(session: Session, community: Community, people: dict[str, Neighbour]) -> dict[str, int]:
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
    niece = a_person(session, email=f"niece@{slug}.example")
    a_hand(session, giver, niece, called="Niece", may="log")
    another = people.pop("another").person
    return {
        "member_id": household.id,
        "household": another.id,
        "has left": people["ended"].person.id,
        "trusted by the giver": another.id,
        "trusted by the giver, too": niece.id,
        "usual": another.id,
    }


def ask_for_trust(session: Session, community: Community, giver: Member) -> Things:
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


def share(session: Session, community: Community, giver: Member) -> Things:
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


def take_gifts(session: Session, community: Community) -> Things:
    """Ask for gifts, open funds, and have somebody give to one of them."""
    made = {
        slug: open_fund(
            session, community=community, slug=slug, name=slug.title(), purpose="For all", actor=COORDINATOR
        )
        for slug in ("meal", "ended")
    }
    end_fund(session, community=community, fund=made["ended"], reason="no cook", actor=COORDINATOR)
    rule = replace(donations.rule_of(session, community=community), open=True)
    donations.change_rule(session, community=community, rule=rule, actor=COORDINATOR)
    wish = donations.Wish(
        amount_minor=3000, fund=made["meal"], name="A giver", language="en", key="form:gift"
    )
    _gift, payment = donations.wish_to_give(session, community=community, wish=wish)
    now = clock.now()
    line = Movement(
        id=f"txn_{community.slug}",
        kind="charge",
        category="charge",
        amount=3000,
        fee=108,
        net=2892,
        currency=community.currency,
        made_at=now,
        token=payment.token,
    )
    charge = Charge(
        id=f"ch_{community.slug}",
        paid=True,
        amount=3000,
        currency=community.currency,
        made_at=now,
        movements=(line,),
    )
    paid = Checkout(
        id=f"cs_{community.slug}",
        token=payment.token,
        status="complete",
        paid=True,
        failed=False,
        amount=3000,
        currency=community.currency,
        made_at=now,
        ends_at=now,
        charge=charge,
    )
    fulfil(session, community=community, checkout=paid, purposes=HOOKS.purposes)
    rice = Spent(
        amount_minor=500,
        nature="ingredients",
        spent_on=clock.today(community.time_zone),
        words="Rice",
        key="form:rice",
    )
    spent = spend(session, community=community, fund=made["meal"], spent=rice, actor=COORDINATOR)
    return gifts_by_hand(session, community, made["meal"]) | {
        "spending_id": {"rice": spent.id},
        "fund_id": {name: fund.id for name, fund in made.items()},
        "payment_token": {"paid": payment.token},
        "payment_id": {"paid": payment.id},
    }


def ask_about_data(session: Session, community: Community, giver: Member, other: Member) -> Things:
    """Have two ask to have something corrected, and write down that data got out."""
    return {
        "request_id": {
            "the giver's": asked_to_correct(session, community, giver),
            "another's": asked_to_correct(session, community, other),
        },
        "leak_id": {"a list": leaked(session, community)},
    }


def insure(session: Session, community: Community, giver: Member) -> Things:
    """Ask for volunteers' insurance, and have seen the giver's."""
    kind = add_licence_kind(session, community=community, name="Insurance", actor=COORDINATOR)
    seen = Seen(kind=kind, ends_on=clock.today(community.time_zone))
    licence = write_down(session, community=community, member=giver, seen=seen, actor=COORDINATOR)
    assert licence
    return {"licence_kind_id": {"insurance": kind.id}, "licence_id": {"of the giver": licence.id}}


def join(session: Session, community: Community, new: int) -> Things:
    """Have people ask to join, one of them under 18; a poster hang; and a new member be sent a link."""
    asked = {name: asks_to_join(session, community, name) for name in ("waiting", "declined", "minor")}
    token = LINKS[community.slug]
    asked["minor"].guardian_token_hash = sign_ins.hashed(token)
    asked["on paper"] = asks_to_join(session, community, "minor on paper")
    hanging = {
        "poster": invites(session, community, CODES[community.slug]),
        "to end": invites(session, community, f"ended in {community.slug}"),
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


def invites(session: Session, community: Community, code: str) -> Invitation:
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


def asks_to_join(session: Session, community: Community, name: str) -> Application:
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


def asked_to_correct(session: Session, community: Community, member: Member) -> int:
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


def leaked(session: Session, community: Community) -> int:
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


def signed_in(session: Session, person: Person) -> int:
    """Have somebody signed in on another machine, too."""
    token = sign_ins.begin(session, person=person, begun_by=PASSWORD, device=Device("Chrome", "Android"))
    found = sign_ins.find(session, token=token)
    assert found
    return found[0].id


def asked_for_link(session: Session, community: Community, person: Person) -> str:
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


def exchange_hours(session: Session, community: Community, members: dict[str, Member]) -> dict[str, int]:
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
    made["household"] = an_exchange(session, community, members["household"], receiver, key="form:household")
    return {name: exchange.id for name, exchange in made.items()}


def given_up(session: Session, community: Community) -> int:
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
