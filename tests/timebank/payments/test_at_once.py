"""Everything at one moment: Stripe tells it several times, the browser comes back, the night looks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.stripe_things import HERE
from tests.till import SLUG
from tests.till import Till
from tests.timebank.payments.test_fulfilling import GIVEN


def at_once(till: Till, *work: Callable[[], object]) -> list[object]:
    """Do all of it at one moment, each in a thread and on a connection of its own."""
    with ThreadPoolExecutor(len(work)) as pool:
        return [one.result() for one in [pool.submit(each) for each in work]]


def heard(till: Till, event: str) -> Callable[[], int]:
    return lambda: till.tell(event)


def test_a_gift_that_is_told_by_everybody_at_once_counts_once(till: Till) -> None:
    token = till.given()
    events = till.pending()
    answers = at_once(
        till,
        *(heard(till, event) for event in events for _time in range(2)),
        *(lambda: till.come_back(token).status_code for _time in range(3)),
    )
    # Where somebody had to wait too long for another, Stripe is told to come again.
    assert set(answers) <= {200, 503}
    till.tell_all()
    assert till.balances() == GIVEN
    assert till.faults() == []


def test_a_button_that_is_pressed_by_several_at_once_leads_to_one_page(till: Till) -> None:
    token = till.begin()

    def press() -> object:
        return till.go_on(token).location

    places = {place for place in at_once(till, *[press] * 6) if place}
    pages = till.stripe.fake.all("checkout.session", account=HERE)
    assert len(pages) == 1
    assert {str(place).rsplit("/", 1)[1] for place in places} == {pages[0]["id"]}


def test_a_form_that_is_sent_by_several_at_once_is_one_gift(till: Till) -> None:
    key = f"form:{'a' * 24}"
    sent = {"key": key, "amount": "3000", "every": "", "fund": "0"}

    def send() -> object:
        return till.client().post(f"/{SLUG}/give", data=sent).location

    assert len(set(at_once(till, *[send] * 6))) == 1


def test_the_night_and_stripe_book_the_same_line_once(till: Till) -> None:
    till.given()
    events = till.pending()
    at_once(till, till.sweep, *(heard(till, event) for event in events))
    till.tell_all()
    assert till.sweep().agrees
    assert till.balances() == GIVEN
