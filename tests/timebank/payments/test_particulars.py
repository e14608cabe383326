"""Who takes the money: all of it is written, or nothing is, and everybody can read it."""

import pytest
from sqlalchemy.orm import Session

from tests.builders import SOMEBODY
from tests.builders import a_community
from tests.till import SLUG
from tests.till import Till
from timebank.communities.service import history
from timebank.payments.particulars import LONGEST_PARTICULARS
from timebank.payments.particulars import ParticularMissing
from timebank.payments.particulars import change_particulars
from timebank.payments.particulars import particulars_of
from timebank.people.service import EmailRefused
from timebank.text import TextTooLong

ALL = {name: f"this is the {name}" for name in LONGEST_PARTICULARS} | {"email": "office@kadoma.example"}


def test_all_of_it_is_written_and_changed(session: Session) -> None:
    community, other = a_community(session), a_community(session)
    assert particulars_of(session, community=community) is None
    change_particulars(session, community=community, facts=ALL, actor=SOMEBODY)
    change_particulars(session, community=community, facts={**ALL, "seller": "Kadoma"}, actor=SOMEBODY)
    written = particulars_of(session, community=community)
    assert written
    assert (written.seller, written.address) == ("Kadoma", "this is the address")
    assert particulars_of(session, community=other) is None
    told = history(session, community=community)[0]
    assert (told.what, told.before, told.after) == ("particulars", "this is the seller", "Kadoma")


@pytest.mark.parametrize("name", LONGEST_PARTICULARS)
def test_what_is_left_out_or_too_long_is_said_where_it_is(session: Session, name: str) -> None:
    community = a_community(session)
    with pytest.raises(ParticularMissing) as told:
        change_particulars(session, community=community, facts={**ALL, name: " "}, actor=SOMEBODY)
    assert told.value.field == name
    with pytest.raises(TextTooLong):
        change_particulars(session, community=community, facts={**ALL, name: "x" * 1001}, actor=SOMEBODY)
    assert particulars_of(session, community=community) is None


def test_an_address_for_mail_is_one(session: Session) -> None:
    with pytest.raises(EmailRefused):
        change_particulars(
            session, community=a_community(session), facts={**ALL, "email": "nonsense"}, actor=SOMEBODY
        )


def test_before_it_is_written_the_page_says_to_call_first(till: Till) -> None:
    assert "Please call the community before you pay" in till.client().get(f"/{SLUG}/particulars").text
