"""The whole application: no route shows one community what is another's."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests.builders import SOMEBODY
from tests.builders import Neighbour
from tests.builders import a_community
from tests.builders import a_neighbour
from tests.builders import an_exchange
from tests.builders import signed_in
from tests.builders import written
from timebank.communities.service import RESERVED_SLUGS
from timebank.communities.service import add_kind
from timebank.rights import OFFICES


def a_whole_community(session: Session, slug: str) -> Neighbour:
    community = a_community(session, slug=slug)
    who = a_neighbour(session, community, *OFFICES)
    other = a_neighbour(session, community)
    assert who.member
    assert other.member
    an_exchange(session, community, other.member, who.member)
    add_kind(session, community=community, name="Driving", actor=SOMEBODY)
    return who


def routes_with_an_id(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        if rule.arguments - {"community"} and rule.endpoint != "static":
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def test_no_route_takes_another_communitys_id(app: Flask) -> None:
    here = written(app, lambda session: a_whole_community(session, "kadoma"))
    # Its rows were made first, so every id from 1 on is theirs and none is the asker's; its sign-in, too.
    signed_in(app, here)
    asker = written(
        app, lambda session: a_neighbour(session, a_community(session, slug="moriguchi"), *OFFICES)
    )
    client = signed_in(app, asker)
    assert here.community.id != asker.community.id
    taken = []
    for rule, method in routes_with_an_id(app):
        with app.test_request_context():
            ids: dict[str, Any] = dict.fromkeys(rule.arguments - {"community"}, 1)
            address = app.url_for(rule.endpoint, community="moriguchi", **ids)
        status = client.open(
            address, method=method, data={"reason": "x"} if method == "POST" else None
        ).status_code
        if status != 404:
            taken.append((method, rule.rule, status))
    assert taken == []


def test_no_community_can_be_founded_where_the_program_has_a_page(app: Flask) -> None:
    firsts = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()} - {"", "<community>"}
    assert firsts <= RESERVED_SLUGS


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_every_place_in_the_menu_is_a_page(app: Flask) -> None:
    who = written(app, lambda session: a_whole_community(session, "kadoma"))
    client = signed_in(app, who)
    page = client.get("/kadoma/account").text
    places = [part.split('"')[0] for part in page.split("<nav")[1].split("</nav>")[0].split('href="')[1:]]
    assert len(places) > 5
    assert [client.get(place).status_code for place in places] == [200] * len(places)
