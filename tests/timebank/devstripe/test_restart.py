"""A rehearsal that ends and begins again finds everything; its clock goes on, and only forwards."""

import re
import sqlite3
import threading
from pathlib import Path

import pytest

from tests.stripe_things import KEY
from tests.stripe_things import OTHER_KEY
from tests.stripe_things import a_gift
from tests.stripe_things import rehearsal
from timebank.devstripe import DevAccount
from timebank.devstripe import DevStripe
from timebank.devstripe import serve
from timebank.devstripe.store import OtherShape

ROOT = Path(__file__).parent.parent.parent.parent
HERE = DevAccount(KEY)


def test_a_second_run_finds_its_balance_and_goes_on_counting(tmp_path: Path) -> None:
    path = tmp_path / "stripe.sqlite"
    with rehearsal(path) as first:
        session = a_gift(first.client)
        first.fake.pay(session.id)
        created = first.client.v1.customers.create({"name": "Mitsuko"}, {"idempotency_key": "customer-7"})
        moment = first.fake.advance(days=10)
        missed = len(first.fake.pending(account=HERE))
    assert [one.name for one in tmp_path.iterdir()] == ["stripe.sqlite"]
    with rehearsal(path) as second:
        assert second.fake.now() >= moment
        assert second.client.v1.balance.retrieve().available[0].amount == 2892
        assert len(second.fake.pending(account=HERE)) == missed
        again = second.client.v1.customers.create({"name": "Mitsuko"}, {"idempotency_key": "customer-8"})
        assert again.id > created.id
        assert second.fake.refund(session.id)["status"] == "succeeded"


def test_a_file_of_another_version_is_not_guessed_at(tmp_path: Path) -> None:
    path = tmp_path / "stripe.sqlite"
    DevStripe(path, [HERE]).close()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 999")
    other.close()
    with pytest.raises(OtherShape, match=r"stripe\.sqlite was made by another version"):
        DevStripe(path, [HERE])


def test_the_program_on_the_page_about_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "devstripe.md").read_text(encoding="utf-8")
    program = page.split("```python\n")[1].split("```")[0].replace("port=8100", "port=0")
    (tmp_path / "var").mkdir()
    monkeypatch.chdir(tmp_path)
    exec(program, {"input": lambda _: ""})  # noqa: S102
    assert "/dashboard" in capsys.readouterr().out


def test_what_the_page_about_it_names_is_there() -> None:
    page = (ROOT / "docs" / "devstripe.md").read_text(encoding="utf-8")
    named = set(re.findall(r"fake\.(\w+)\(", page))
    assert len(named) > 10
    assert [name for name in named if not hasattr(DevStripe, name)] == []


def test_two_rehearsals_never_give_the_same_id() -> None:
    ids = set()
    for _ in range(2):
        with DevStripe(None, [HERE]) as fake:
            ids.add(fake.book("topup", 1)["id"])
    assert len(ids) == 2


def test_a_clock_can_be_given_and_moved_forwards_only() -> None:
    fake = DevStripe(None, [HERE], clock=lambda: 1_800_000_000.9)
    assert fake.now() == 1_800_000_000
    assert fake.advance(days=1, hours=1, seconds=1) == 1_800_000_000 + 86_400 + 3_600 + 1
    assert fake.book("topup", 1)["created"] == fake.now()
    with pytest.raises(ValueError, match="forwards only"):
        fake.advance(days=-1)
    fake.close()


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    fake = DevStripe(tmp_path / "stripe.sqlite", [HERE, DevAccount(OTHER_KEY)])

    def work(account: DevAccount) -> None:
        for _ in range(20):
            fake.book("topup", 1, account=account)

    threads = [
        threading.Thread(target=work, args=(account,)) for account in fake.accounts.values() for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [fake.balance(account=account)["available"][0]["amount"] for account in fake.accounts] == [60, 60]
    fake.close()


def test_it_is_served_to_this_machine_only() -> None:
    fake = DevStripe(None, [HERE])
    with pytest.raises(ValueError, match="this machine only"), serve(fake, "0.0.0.0"):  # noqa: S104
        pass
    fake.close()


def test_nothing_of_it_outlives_the_block() -> None:
    before = set(threading.enumerate())
    with rehearsal(held=False, retry_after=()) as served:
        a_gift(served.client)
        assert served.fake.wait_until_idle()
    assert set(threading.enumerate()) <= before
