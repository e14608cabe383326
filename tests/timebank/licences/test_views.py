"""The pages of insurances and licences."""

import csv
import io
from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.builders import COORDINATOR
from tests.builders import a_member
from tests.builders import at
from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import found
from tests.timebank.licences.insured import a_kind
from tests.timebank.licences.insured import a_licence
from tests.timebank.pools.test_views import told
from timebank.licences.kinds import retire_kind
from timebank.licences.models import Licence
from timebank.licences.models import LicenceKind
from timebank.licences.queries import licences_of
from timebank.licences.queries import list_licences
from timebank.members.models import LEFT
from timebank.members.models import Member


@pytest.fixture
def here(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Kadoma:
    at(monkeypatch, 2027, 3, 2, 3)
    return found(app)


@pytest.fixture
def insurance(here: Kadoma) -> LicenceKind:
    return written(here.app, lambda session: a_kind(session, here.community))


def have(here: Kadoma, name: str, kind: LicenceKind, days: int | None, **facts: str) -> Licence:
    def work(session: Session) -> Licence:
        member = session.get_one(Member, here.member(name).id)
        return a_licence(session, here.community, member, kind, days, **facts)

    return written(here.app, work)


def writes(here: Kadoma, name: str, **typed: str) -> TestResponse:
    return here.as_("ken").post(f"/kadoma/members/{here.member(name).id}/licences/new", data=typed)


def test_a_coordinator_writes_down_what_was_shown_in_full_width_and_by_the_era(
    here: Kadoma, insurance: LicenceKind
) -> None:
    known = {"kind": str(insurance.id), "note": "card"}
    assert writes(here, "hana", ends_on="２０２７／３／３１", **known).status_code == 303
    answer = writes(here, "hana", ends_on="令和9年3月31日", **known)
    page = told(here.as_("ken").get(answer.headers["Location"]))
    assert "This stands there already, as it was seen." in page
    assert page.count("until Wed 31 March 2027") == 2  # it, and its one line of history
    assert "by Ken" in page
    own = told(here.as_("hana").get("/kadoma/membership/licences"))
    assert "until Wed 31 March 2027 · card" in own
    assert "My insurance and licences" in here.as_("hana").get("/kadoma/membership").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"ends_on": "soon"}, "cannot be read as a day"),
        ({"ends_on": "2027-02-30"}, "is not in the calendar"),
        ({"ends_on": "2027-03-01"}, "is over already"),
        ({"ends_on": "2127-03-01"}, "Please check the year"),
        ({}, "Please write the last day, or say that it has no end"),
        ({"ends_on": "2027-03-31", "endless": "y"}, "but not both"),
        ({"ends_on": "2027-03-31", "note": "x" * 101}, "At most 100 characters"),
        ({"ends_on": "2027-03-31", "note": "a\x00b"}, "cannot be stored"),
        ({"ends_on": "2027-03-31", "kind": "99999999999999999999"}, "Please choose one of these"),
        ({"ends_on": "2027-03-31", "kind": "-1"}, "Please choose one of these"),
        ({"ends_on": "2027-03-31", "kind": "one"}, "Please choose one of these"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_what_was_typed_stays(
    here: Kadoma, insurance: LicenceKind, typed: dict[str, str], sentence: str
) -> None:
    answer = writes(here, "hana", **({"kind": str(insurance.id), "note": "kept words"} | typed))
    assert answer.status_code == 422
    assert sentence in told(answer)
    if "note" not in typed:
        assert 'value="kept words"' in answer.text


def test_something_may_have_no_end(here: Kadoma, insurance: LicenceKind) -> None:
    assert writes(here, "hana", kind=str(insurance.id), endless="y").status_code == 303
    assert "without an end" in told(here.as_("hana").get("/kadoma/membership/licences"))


def test_the_list_leads_to_each_member_and_can_be_narrowed(here: Kadoma, insurance: LicenceKind) -> None:
    driving = written(here.app, lambda session: a_kind(session, here.community, "Driving"))
    have(here, "hana", insurance, 29)
    have(here, "mary", driving, 400, note="van")
    page = told(here.as_("ken").get("/kadoma/licences/"))
    assert "29 days left" in page
    assert page.index("Hana") < page.index("Mary")
    assert "van" in page
    soon = told(here.as_("ken").get("/kadoma/licences/?within=30"))
    assert ("Hana" in soon, "Mary" in soon) == (True, False)
    kinds = told(here.as_("ken").get(f"/kadoma/licences/?kind={driving.id}"))
    assert ("Hana" in kinds, "Mary" in kinds) == (False, True)
    over = told(here.as_("ken").get("/kadoma/licences/?within=over"))
    assert "Nothing of that kind is written down." in over
    for asked in ("kind=0x", "kind=99999999999999999999", "within=-1"):
        for page_of in ("", "print", "list.csv"):
            answer = here.as_("ken").get(f"/kadoma/licences/{page_of}?{asked}")
            assert answer.status_code == 422, (page_of, asked)
            assert "Hana" in answer.text


def test_the_list_can_be_printed_and_taken_along_without_formulas(
    here: Kadoma, insurance: LicenceKind
) -> None:
    have(here, "hana", insurance, 29, note="=1+1")
    have(here, "mary", insurance, None)
    paper = told(here.as_("ken").get("/kadoma/licences/print?within=365"))
    assert "Wed 31 March 2027" in paper
    assert "within 365 days" in paper
    assert "Mary" not in paper
    file = here.as_("ken").get("/kadoma/licences/list.csv")
    assert file.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert rows[0] == ["Member number", "Name", "What it is", "Holds until", "Note"]
    assert rows[1][2:] == ["Insurance", "2027-03-31", "'=1+1"]
    assert rows[2][3] == ""


def test_many_are_renewed_at_once_and_who_has_it_is_ticked(here: Kadoma, insurance: LicenceKind) -> None:
    have(here, "hana", insurance, 29)

    def somebody_leaves(session: Session) -> int:
        gone = a_member(session, here.community, name="Gone")
        gone.state = LEFT
        return gone.id

    gone = written(here.app, somebody_leaves)
    address = f"/kadoma/licences/many/{insurance.id}"
    page = here.as_("ken").get(address).text
    assert page.count("checked") == 1
    assert 'value="2028-03-31"' in page
    assert "Gone" not in page
    ids = [str(here.member(name).id) for name in ("hana", "mary")]
    for members, sentence in (
        ([], "Please tick at least one member."),
        ([str(gone)], "Please choose only from these."),
        (["99999999999999999999"], "Please choose only from these."),
        (["x"], "Please choose only from these."),
        ([str(here.stranger.giver_id)], "Please choose only from these."),
    ):
        refused = here.as_("ken").post(address, data={"members": members, "ends_on": "2028-03-31"})
        assert refused.status_code == 422
        assert sentence in told(refused)
    late = here.as_("ken").post(address, data={"members": ids, "ends_on": "2027-01-31"})
    assert "is over already" in told(late)
    assert late.text.count("checked") == 2
    done = here.as_("ken").post(address, data={"members": ids, "ends_on": "2028-03-31"})
    assert done.status_code == 303
    assert "It is written down for 2 members." in told(here.as_("ken").get(done.headers["Location"]))
    listed = written(here.app, lambda session: list_licences(session, community=here.community))
    assert {one.licence.ends_on for one in listed} == {date(2028, 3, 31)}
    assert len(listed) == 2


def test_coordinators_see_on_what_waits_that_something_runs_out(here: Kadoma, insurance: LicenceKind) -> None:
    assert "Running out" not in here.as_("ken").get("/kadoma/exchanges/waiting").text
    have(here, "hana", insurance, 29)
    have(here, "mary", insurance, 31)
    page = told(here.as_("ken").get("/kadoma/exchanges/waiting"))
    assert "One insurance or licence has run out, or does so within 30 days" in page


def test_a_mistake_is_taken_off_with_a_reason_and_stays_in_the_history(
    here: Kadoma, insurance: LicenceKind
) -> None:
    licence = have(here, "hana", insurance, 29)
    address = f"/kadoma/licences/{licence.id}/take-off"
    assert here.as_("ken").post(address, data={"reason": ""}).status_code == 422
    assert here.as_("ken").post(address, data={"reason": "Mary's"}).status_code == 303
    again = here.as_("ken").post(address, data={"reason": "Mary's"})
    assert again.status_code == 409
    assert "no longer on the list" in told(again)
    page = told(here.as_("ken").get(f"/kadoma/members/{here.member('hana').id}/licences"))
    assert "somebody who is no member: Mary" not in page
    assert "by Ken Sato: Mary" in page
    mine = written(
        here.app,
        lambda session: licences_of(session, community=here.community, member=here.member("hana")),
    )
    assert mine == []


def test_empty_lists_say_how_to_begin_and_a_retired_kind_is_offered_no_more(here: Kadoma) -> None:
    assert "The community asks for nothing yet." in here.as_("ken").get("/kadoma/licences/").text
    new = f"/kadoma/members/{here.member('hana').id}/licences/new"
    assert "Begin the list" in here.as_("ken").get(new).text
    for name, status in (("Insurance", 303), ("Insurance", 422), ("", 422)):
        assert here.as_("ken").post("/kadoma/licences/kinds", data={"name": name}).status_code == status
    assert "Nothing is written down yet." in here.as_("ken").get("/kadoma/licences/").text

    def retire(session: Session) -> LicenceKind:
        kind = session.query(LicenceKind).filter_by(community_id=here.community.id).one()
        retire_kind(session, community=here.community, kind=kind, actor=COORDINATOR)
        return kind

    kind = written(here.app, retire)
    assert "no longer asked for" in here.as_("ken").get("/kadoma/licences/kinds").text
    assert "Begin the list" in here.as_("ken").get(new).text
    answer = here.as_("ken").post(
        f"/kadoma/licences/many/{kind.id}", data={"members": [str(here.member("hana").id)], "endless": "y"}
    )
    assert answer.status_code == 422
    assert "no longer on the list" in told(answer)
