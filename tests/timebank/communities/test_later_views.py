"""The page of later work: officers read what was given up and why, and have it tried again."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.builders import a_community
from tests.builders import signed_in
from tests.builders import written
from tests.timebank.exchanges.kadoma import Kadoma
from tests.timebank.exchanges.kadoma import found
from timebank import clock
from timebank import queue
from timebank.queue.models import FAILED
from timebank.queue.models import WAITING
from timebank.queue.models import Job
from timebank.queue.service import claim
from timebank.queue.service import put_off


@pytest.fixture
def here(app: Flask) -> Kadoma:
    return found(app)


def given_up(app: Flask, community_id: int) -> int:
    """Ask for a mail to be carried that nobody takes."""

    def work(session: Session) -> int:
        queue.enqueue(session, community_id=community_id, kind="mail", payload={"mail": 7})
        task = claim(session, now=clock.now())
        assert task
        error = "The mail server does not take the address."
        put_off(session, task, error=error, final=True, now=clock.now())
        return task.id

    return written(app, work)


def state(app: Flask, job_id: int) -> str:
    return written(app, lambda session: session.get_one(Job, job_id).state)


def test_what_was_given_up_is_told_in_words_and_tried_again(here: Kadoma) -> None:
    job_id = given_up(here.app, here.community.id)
    page = here.as_("ken").get("/kadoma/later-work")
    assert "Send a mail" in page.text
    assert "The mail server does not take the address." in page.text
    for said in ("It is tried again within a minute.", "This was tried again already."):
        answer = here.as_("ken").post(f"/kadoma/later-work/{job_id}/again", follow_redirects=True)
        assert said in answer.text
    assert state(here.app, job_id) == WAITING


def test_who_only_reads_the_books_reads_it_and_does_nothing(here: Kadoma) -> None:
    job_id = given_up(here.app, here.community.id)
    page = here.as_("auditor").get("/kadoma/later-work")
    assert "The mail server does not take the address." in page.text
    assert "Try again" not in page.text
    assert here.as_("auditor").post(f"/kadoma/later-work/{job_id}/again").status_code == 403
    assert state(here.app, job_id) == FAILED


def test_members_do_not_see_it(here: Kadoma) -> None:
    assert here.as_("hana").get("/kadoma/later-work").status_code == 403
    assert here.app.test_client().get("/kadoma/later-work").status_code == 303


def test_another_communitys_work_is_neither_shown_nor_tried_again(here: Kadoma) -> None:
    other = written(here.app, lambda session: a_community(session).id)
    job_id = given_up(here.app, other)
    page = here.as_("ken").get("/kadoma/later-work")
    assert "Nothing was given up." in page.text
    assert here.as_("ken").post(f"/kadoma/later-work/{job_id}/again").status_code == 404
    assert state(here.app, job_id) == FAILED


def test_what_waits_and_what_was_done_is_listed(here: Kadoma) -> None:
    def work(session: Session) -> None:
        queue.enqueue(session, community_id=here.community.id, kind="seal")

    written(here.app, work)
    page = here.as_("ken").get("/kadoma/later-work")
    assert "Seal the books" in page.text
    assert "Nothing was given up." in page.text
    assert "Nothing waits." not in page.text


def test_the_settings_lead_to_it(here: Kadoma) -> None:
    assert 'href="/kadoma/later-work"' in signed_in(here.app, here.people["ken"]).get("/kadoma/settings").text
