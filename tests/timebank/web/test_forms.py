"""How a refusal becomes a sentence on a form, and how typed values are read."""

from datetime import date

import pytest
from flask import Flask
from wtforms import StringField

from tests.builders import a_community
from tests.builders import written
from timebank.errors import N_
from timebank.errors import Refusal
from timebank.web import DayField
from timebank.web import Form
from timebank.web import HoursField
from timebank.web import refusals
from timebank.web.forms import form_page


class Odd(Refusal):
    sentence = N_("This is odd.")
    field = "note"


class Strange(Refusal):
    sentence = N_("This is strange.")
    field = "elsewhere"


class ProbeForm(Form):
    note = StringField("Note")
    day = DayField("Day")
    hours = HoursField("Hours")


def posted(app: Flask, **data: str) -> ProbeForm:
    with app.test_request_context(method="POST", data=data):
        form = ProbeForm()
        form.validate_on_submit()
        return form


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_days_and_hours_are_read_as_people_write_them(app: Flask) -> None:
    form = posted(app, day="令和8年4月3日", hours="1時間半")
    assert (form.day.data, form.hours.data, form.errors) == (date(2026, 4, 3), 90, {})


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_what_cannot_be_read_stays_as_it_was_typed(app: Flask) -> None:
    form = posted(app, day="someday", hours="1.5.2")
    assert (form.day.data, form.hours.data) == (None, None)
    assert set(form.errors) == {"day", "hours"}
    assert 'value="someday"' in str(form.day())
    assert 'value="1.5.2"' in str(form.hours())


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_an_empty_field_has_no_value(app: Flask) -> None:
    form = posted(app, day=" ", hours="")
    assert (form.day.data, form.hours.data, form.errors) == (None, None, {})


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_value_is_written_as_it_might_be_typed(app: Flask) -> None:
    with app.test_request_context():
        form = ProbeForm(formdata=None, day=date(2026, 4, 3), hours=90)
        assert 'value="2026-04-03"' in str(form.day())
        assert 'value="1:30"' in str(form.hours())


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_every_field_refuses_what_cannot_be_stored(app: Flask) -> None:
    form = posted(app, note="a\0b")
    assert list(form.errors) == ["note"]


def test_a_refusal_is_undone_and_said_in_its_field_or_on_top(app: Flask) -> None:
    with app.test_request_context(method="POST"):
        form = ProbeForm()
        for refusal in (Odd, Strange):
            with refusals(form):
                raise refusal
        assert form.errors == {"note": ["This is odd."], "": ["This is strange."]}


def test_what_is_no_refusal_is_not_hidden(app: Flask) -> None:
    with app.test_request_context(method="POST"), pytest.raises(ZeroDivisionError), refusals(ProbeForm()):
        raise ZeroDivisionError


def test_a_form_with_something_wrong_is_shown_as_422(app: Flask) -> None:
    written(app, lambda session: a_community(session, slug="kadoma"))
    with app.test_request_context("/kadoma/", method="POST"):
        form = ProbeForm()
        assert form_page("errors/404.html", form)[1] == 200
        form.form_errors.append("This is strange.")
        assert form_page("errors/404.html", form)[1] == 422
