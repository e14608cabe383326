"""The pages of hours between communities: who sees what, what is shown first, and what is refused."""

import re
from dataclasses import dataclass
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_member
from tests.builders import a_neighbour
from tests.builders import an_officer
from tests.builders import signed_in
from tests.builders import written
from tests.timebank.between.pair import agreed
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import found
from tests.timebank.exchanges.kadoma import seen_of
from tests.timebank.exchanges.test_letters import work_off
from timebank.between import agreements
from timebank.between.models import HoursAcross
from timebank.between.models import HoursAgreement
from timebank.between.proof import check_between
from timebank.between.views import MOST_MISSES
from timebank.communities.models import Community
from timebank.members.service import give_hand

_counted = count(1)


@dataclass
class Agreed:
    """Kadoma and Moriguchi, which have agreed: 60 minutes here are 45 there."""

    kadoma: Kadoma
    agreement: HoursAgreement
    people: dict[str, Neighbour]

    @property
    def address(self) -> str:
        return f"/kadoma/between/{self.agreement.id}/give"

    def as_(self, name: str) -> FlaskClient:
        return signed_in(self.kadoma.app, self.people[name])

    def sends(self, by: str = "hana", page: str = "give", **typed: str) -> TestResponse:
        known = {"key": f"form:{next(_counted):020}", "number": "012", "name": "うめ", "hours": "1"}
        address = f"/kadoma/between/{self.agreement.id}/{page}"
        return self.kadoma.as_(by).post(address, data=known | typed)

    def books(self, by: str = "hana", page: str = "give", **typed: str) -> TestResponse:
        known = {"key": f"form:{next(_counted):020}"} | typed
        shown = self.sends(by, page, **known)
        assert shown.status_code == 422, shown.text
        return self.sends(by, page, **known, seen=seen_of(shown))

    def acts(self) -> list[HoursAcross]:
        rows = select(HoursAcross).order_by(HoursAcross.id)
        return written(self.kadoma.app, lambda session: list(session.scalars(rows)))

    def faults(self) -> list[str]:
        return written(self.kadoma.app, check_between)


def _moriguchi(session: Session) -> Community:
    return session.scalars(select(Community).where(Community.slug == "moriguchi")).one()


@pytest.fixture
def here(app: Flask) -> Agreed:
    kadoma = found(app)

    def work(session: Session) -> tuple[HoursAgreement, dict[str, Neighbour]]:
        other = _moriguchi(session)
        other.name = "Moriguchi"
        people = {
            "ume": a_neighbour(session, other, number="012", name="梅 花子", reading="うめ"),
            "coordinator there": an_officer(session, other, "coordinator"),
            "steward there": an_officer(session, other, "steward"),
            "steward": an_officer(session, kadoma.community, "steward"),
            "treasurer": an_officer(session, kadoma.community, "treasurer"),
        }
        terms = {"limit_minutes": 120, "rate_here": 60, "rate_there": 45}
        return agreed(session, kadoma.community, other, **terms), people

    return Agreed(kadoma, *written(app, work))


def told(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_a_community_without_an_agreement_sees_none_of_it(app: Flask) -> None:
    kadoma = found(app)
    for name in ("hana", "ken", "auditor"):
        assert "between/" not in kadoma.as_(name).get("/kadoma/").text
    assert kadoma.as_("auditor").get("/kadoma/between/").status_code == 404
    for method in ("get", "post"):
        assert getattr(kadoma.as_("hana"), method)("/kadoma/between/1/give").status_code == 404
        assert getattr(kadoma.as_("ken"), method)("/kadoma/between/1/give-for").status_code == 404


def test_what_will_arrive_is_shown_before_anything_is_booked(here: Agreed) -> None:
    assert here.address in here.kadoma.as_("hana").get("/kadoma/").text
    assert "1 h here are 45 min in Moriguchi" in told(here.kadoma.as_("hana").get(here.address))
    shown = here.sends(note="for my mother")
    assert shown.status_code == 422
    assert "1 h leave this community, and 45 min arrive in Moriguchi, for うめ (012)." in told(shown)
    assert "Your balance becomes −1 h" in told(shown)
    assert (here.acts(), "梅" in shown.text) == ([], False)


def test_a_member_gives_and_both_read_it_on_their_statements(here: Agreed) -> None:
    answer = here.books(note="for my mother")
    assert answer.headers["Location"] == "/kadoma/statement"
    hana = here.kadoma.as_("hana")
    page = told(hana.get("/kadoma/statement"))
    assert "1 h went to Moriguchi, where 45 min arrived. Your balance is now −1 h." in page
    assert "to 梅 花子, Moriguchi" in page
    assert "Given to other communities 1 h" in page
    assert "−1:00" in page
    assert "Between communities on this statement" in told(hana.get("/kadoma/statement/print"))
    assert hana.get("/kadoma/statement.csv").text.splitlines()[-1].endswith("Moriguchi,-60,0")
    theirs = told(here.as_("ume").get("/moriguchi/statement"))
    assert "from Hana Yamada, Kadoma neighbours" in theirs
    assert "From other communities 45 min" in theirs
    assert "for my mother" in theirs
    assert here.faults() == []


def test_officers_read_the_others_members_by_number(here: Agreed) -> None:
    here.books()
    hana = here.kadoma.member("hana")
    page = told(here.kadoma.as_("auditor").get(f"/kadoma/members/{hana.id}/statement"))
    assert "to number 012, Moriguchi" in page
    listed = told(here.kadoma.as_("auditor").get("/kadoma/between/"))
    assert "Hana Yamada (0001) gave number 012 of Moriguchi" in listed
    assert "This community owes Moriguchi 1 h. In the hours of Moriguchi it is 45 min." in listed
    assert "梅" not in page + listed
    there = told(here.as_("coordinator there").get("/moriguchi/between/"))
    assert "number 0001 of Kadoma neighbours gave 梅 花子 (012)" in there
    assert "Kadoma neighbours owes this community 45 min." in there
    assert "Hana" not in there


def test_a_coordinator_gives_for_a_member_who_telephones(here: Agreed) -> None:
    answer = here.books("ken", "give-for", giver="0001", heard="telephone")
    assert answer.headers["Location"] == "/kadoma/between/"
    (row,) = here.acts()
    assert (row.giver_id, row.done_how) == (here.kadoma.member("hana").id, "telephone")
    assert here.sends("hana", "give-for", giver="0001", heard="telephone").status_code == 403


def test_what_is_changed_after_it_was_shown_is_shown_again(here: Agreed) -> None:
    seen = seen_of(here.sends())
    assert here.sends(hours="2", seen=seen).status_code == 422
    assert here.acts() == []


def test_a_form_that_is_sent_twice_gives_once(here: Agreed) -> None:
    key = {"key": "form:twice-twice-twice-twice"}
    seen = seen_of(here.sends(**key))
    assert [here.sends(**key, seen=seen).status_code for _ in range(2)] == [303, 303]
    assert len(here.acts()) == 1
    other = here.sends(**key, hours="0:30", seen=seen)
    assert "This form was saved before with other content" in other.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"number": "013"}, "nobody has this number and this name together"),
        ({"name": "Somebody"}, "nobody has this number and this name together"),
        ({"hours": "0"}, "The time must be above zero"),
        ({"hours": "0:01"}, "In Moriguchi this is less than a minute"),
        ({"hours": "2:01"}, "only 2 h more can be given there"),
        ({"name": ""}, "Please write their name, too."),
        ({"hours": "soon"}, "cannot be read as a time"),
    ],
)
def test_a_refusal_is_a_sentence_and_what_was_typed_stays(
    here: Agreed, typed: dict[str, str], sentence: str
) -> None:
    answer = here.sends(**typed, note="my words")
    assert answer.status_code == 422
    assert sentence in told(answer)
    assert "my words" in answer.text
    assert here.acts() == []


def test_numbers_can_be_tried_only_so_often_and_what_is_found_does_not_count(here: Agreed) -> None:
    for _ in range(3):
        here.sends()
    for number in range(MOST_MISSES):
        assert here.sends(number=f"9{number}").status_code == 422
    answer = here.sends(number="999")
    assert answer.status_code == 429
    assert "tried too often" in answer.text


def test_a_form_that_was_open_when_the_agreement_ended_is_told_so(here: Agreed) -> None:
    seen = seen_of(here.sends())

    def work(session: Session) -> None:
        row = session.get_one(HoursAgreement, here.agreement.id)
        agreements.end(session, community=_moriguchi(session), agreement=row, actor=SOMEBODY)

    written(here.kadoma.app, work)
    answer = here.sends(seen=seen)
    assert answer.status_code == 409
    assert "does not hold any more, so nothing was booked" in answer.text
    assert here.kadoma.as_("hana").get(here.address).status_code == 404
    assert "Ended" in told(here.kadoma.as_("ken").get("/kadoma/between/"))


def test_either_side_takes_it_back_in_both(here: Agreed) -> None:
    here.books()
    (row,) = here.acts()
    for client, slug in ((here.as_("coordinator there"), "moriguchi"), (here.as_("treasurer"), "kadoma")):
        address = f"/{slug}/between/acts/{row.id}/take-back"
        assert client.post(address, data={"reason": " "}).status_code in {422, 303}
        assert client.post(address, data={"reason": "not meant"}).status_code == 303
    (row,) = here.acts()
    assert row.taken_back_by_id == row.receiver_community_id
    assert "not meant" in here.kadoma.as_("auditor").get("/kadoma/between/").text
    assert here.kadoma.balance("hana") == 0
    assert "Reversed" in told(here.as_("ume").get("/moriguchi/statement"))
    assert here.faults() == []


def test_no_other_page_reverses_one_of_the_two_entries(here: Agreed) -> None:
    """Every page that reverses starts from a row of its own; none of them takes an entry's number."""
    here.books()
    (row,) = here.acts()
    ken = here.kadoma.as_("ken")
    for number in (row.id, row.given_entry_id, row.received_entry_id):
        for page in (f"exchanges/{number}/reverse", f"pools/1/transfers/{number}/take-back"):
            assert ken.post(f"/kadoma/{page}", data={"reason": "x"}).status_code in {404, 405}
    assert here.acts()[0].given_reversal_id is None
    assert here.faults() == []


def test_the_receiver_has_a_letter_in_their_language(here: Agreed) -> None:
    def work(session: Session) -> None:
        person = session.merge(here.people["ume"].person)
        person.language = "ja"

    written(here.kadoma.app, work)
    here.books(note="for my mother")
    (letter,) = [one for one in work_off(here.kadoma.app) if one.to_address == here.people["ume"].name]
    assert letter.language == "ja"
    assert "45分" in letter.subject
    assert "Hana Yamada" in letter.text
    assert "for my mother" in letter.text


def test_a_steward_proposes_and_the_other_accepts_what_was_shown(here: Agreed) -> None:
    steward, other = here.as_("steward"), here.as_("steward there")
    typed = {"slug": "moriguchi", "limit": "20", "rate_here": "60", "rate_there": "60", "words": "as equals"}
    proposed = steward.post("/kadoma/settings/between/new", data=typed)
    assert proposed.status_code == 303
    again = steward.post("/kadoma/settings/between/new", data=typed)
    assert "waits for an answer already" in again.text
    address = proposed.headers["Location"]
    assert "An hour here is an hour in Moriguchi" in told(steward.get(address))
    assert "to be answered: 1" in told(other.get("/moriguchi/"))
    theirs = address.replace("kadoma", "moriguchi")
    page = told(other.get(theirs))
    assert "Either may owe the other 20 h at most." in page
    assert "as equals" in page
    assert steward.post(f"{address}/accept").status_code == 409
    assert other.post(f"{theirs}/accept").status_code == 303
    assert "It holds from now on" in told(other.get(theirs))
    late = steward.post(f"{address}/withdraw")
    assert late.status_code == 409
    assert "does not wait any more" in late.text
    before = told(steward.get(f"/kadoma/settings/between/{here.agreement.id}"))
    assert "Ended" in before
    assert steward.post(f"{address}/end").status_code == 303
    listed = told(steward.get("/kadoma/settings/between/"))
    assert listed.count("Ended") == 2
    assert here.faults() == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"slug": "nowhere"}, "There is no community “nowhere” here"),
        ({"slug": "kadoma"}, "That is your own community"),
        ({"limit": "0"}, "The limit must be at least a minute"),
        ({"rate_there": "0"}, "Please write whole minutes from 1 to 1440"),
        ({"rate_here": "x"}, "Please write a whole number"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused_in_words(
    here: Agreed, typed: dict[str, str], sentence: str
) -> None:
    known = {"slug": "moriguchi", "limit": "20", "rate_here": "60", "rate_there": "60", "words": "as equals"}
    answer = here.as_("steward").post("/kadoma/settings/between/new", data=known | typed)
    assert answer.status_code == 422
    assert sentence in told(answer)
    assert "as equals" in answer.text


def test_the_list_goes_on_to_older_pages(here: Agreed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("timebank.between.views.LINES_ON_A_PAGE", 1)
    here.books(note="the older one")
    here.books(note="the newer one")
    first = here.kadoma.as_("auditor").get("/kadoma/between/")
    assert "the newer one" in first.text
    assert "the older one" not in first.text
    older = here.kadoma.as_("auditor").get(f"/kadoma/between/?before={here.acts()[1].id}")
    assert "the older one" in older.text


def test_a_member_of_both_gives_to_themselves(here: Agreed) -> None:
    written(
        here.kadoma.app,
        lambda session: a_member(session, _moriguchi(session), number="077", name="Hana Yamada"),
    )
    assert here.books(number="77", name="hana yamada").status_code == 303


def test_a_coordinator_gives_nobodys_hours_to_themself(here: Agreed) -> None:
    def work(session: Session) -> None:
        person = session.merge(here.kadoma.people["ken"].person)
        own = a_member(session, _moriguchi(session), number="088", name="Ken")
        give_hand(session, member=own, person=person, actor=SOMEBODY)

    written(here.kadoma.app, work)
    typed = {"giver": "0001", "heard": "telephone", "number": "88", "name": "Ken"}
    answer = here.sends("ken", "give-for", **typed)
    assert answer.status_code == 422
    assert "this is you yourself, or somebody for whom you act" in told(answer)
    assert here.acts() == []


def test_the_giver_has_a_letter_where_a_coordinator_wrote_it_down_and_both_when_it_is_taken_back(
    here: Agreed,
) -> None:
    here.books("ken", "give-for", giver="0001", heard="telephone")
    hana, ume = here.kadoma.people["hana"].person.email, here.people["ume"].person.email
    assert {one.to_address for one in work_off(here.kadoma.app)} >= {hana, ume}
    (row,) = here.acts()
    before = len(work_off(here.kadoma.app))
    here.kadoma.as_("ken").post(f"/kadoma/between/acts/{row.id}/take-back", data={"reason": "Not meant"})
    letters = work_off(here.kadoma.app)[before:]
    assert {one.to_address for one in letters} == {hana, ume}
    assert all("Not meant" in one.text for one in letters)
