"""What a member is told of hours that crossed, and what of it goes when they are erased."""

from tests.timebank.between.pair import Pair
from timebank.between.known import KNOWN
from timebank.known import Whom


def test_both_are_told_and_the_word_goes_with_either(pair: Pair) -> None:
    (known,) = KNOWN
    first, second, noise = (pair.out(10, words="my words") for _ in range(3))
    by_taro = pair.back(10, words="of somebody else")
    giver = Whom(community_id=pair.kadoma.id, member_id=pair.hana.id)
    receiver = Whom(community_id=pair.enshu.id, member_id=pair.ume.id)
    assert known.rows(pair.session, giver) == known.rows(pair.session, receiver) == [first, second, noise]
    assert known.erase
    known.erase(pair.session, known, receiver)
    pair.session.expire_all()
    assert [one.words for one in (first, second, noise, by_taro)] == ["", "", "", "of somebody else"]
    assert pair.faults() == []


def test_the_reason_goes_too_where_it_was_taken_back(pair: Pair) -> None:
    (known,) = KNOWN
    row = pair.out(10)
    pair.takes_back(row)
    assert known.erase
    known.erase(pair.session, known, Whom(community_id=pair.kadoma.id, member_id=pair.hana.id))
    pair.session.expire_all()
    assert row.taken_back_because == "—"
