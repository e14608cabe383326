"""The coordinators' pages about notes on health: what was signed on paper later than at joining."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import COORDINATOR
from tests.builders import Neighbour
from tests.builders import a_member
from tests.builders import written
from timebank.farewells.service import Parting
from timebank.farewells.service import leave
from timebank.joining.models import Consent


def consents_of(app: Flask, member_id: int) -> list[Consent]:
    asked = select(Consent).where(Consent.member_id == member_id)
    return list(written(app, lambda session: session.scalars(asked).all()))


def test_a_consent_to_notes_about_health_is_signed_on_paper_in_the_words_of_who_signs(
    app: Flask, hana: Neighbour, desk: FlaskClient
) -> None:
    """Somebody of 90 who never signs in, later than the day on which they joined."""
    mie = written(app, lambda session: a_member(session, hana.community, name="Mie", number="7").id)
    page, about = f"/kadoma/members/{mie}/health-consent", f"/kadoma/members/{mie}/joining"
    assert page in desk.get(about).text
    assert "I agree that coordinators" in desk.get(f"{page}/paper").text
    paper = desk.get(f"{page}/paper?language=ja").text
    assert '<html lang="ja"' in paper
    assert "健康" in paper
    assert '<html lang="en"' in desk.get(f"{page}/paper?language=xx").text
    signed = {"language": "ja", "signed_on": "2026-11-20"}
    tomorrow = desk.post(page, data=signed | {"signed_on": "2999-01-01"})
    assert tomorrow.status_code == 422
    assert "2999-01-01" in tomorrow.text
    assert desk.post(page, data=signed | {"language": "xx"}).status_code == 422
    assert consents_of(app, mie) == []
    for _ in range(2):
        assert desk.post(page, data=signed).status_code == 303
    (kept,) = consents_of(app, mie)
    assert "健康" in kept.wording
    assert (kept.about, kept.given_on.isoformat()) == ("health", "2026-11-20")
    assert page not in desk.get(about).text.replace(f"{page}/withdraw", "")


def test_a_guardian_signs_for_notes_about_the_health_of_who_is_under_18(
    app: Flask, hana: Neighbour, desk: FlaskClient
) -> None:
    sora = written(app, lambda session: a_member(session, hana.community, name="Sora", number="8").id)
    guardian = {
        "guardian_name": "Umi",
        "guardian_reached_by": "next door",
        "language": "ja",
        "signed_on": "2026-11-20",
    }
    assert desk.post(f"/kadoma/members/{sora}/guardian", data=guardian).status_code == 303
    page = f"/kadoma/members/{sora}/health-consent"
    assert "Umi signs this, the guardian" in desk.get(page).text
    assert "Signature of the guardian" in desk.get(f"{page}/paper").text
    assert desk.post(page, data={"language": "en", "signed_on": "2026-11-20"}).status_code == 303
    (kept,) = consents_of(app, sora)
    assert "the health of Sora" in kept.wording


def test_of_who_has_left_nothing_is_signed_any_more(app: Flask, hana: Neighbour, desk: FlaskClient) -> None:
    def gone(session: Session) -> int:
        member = a_member(session, hana.community, name="Ken", number="9")
        parting = Parting(reason="has moved", withdrawn_because="has left", key="form:1")
        leave(session, community=hana.community, member=member, parting=parting, actor=COORDINATOR)
        return member.id

    ken = written(app, gone)
    signed = {"language": "en", "signed_on": "2026-11-20", "guardian_name": "Mie", "guardian_reached_by": "-"}
    about = desk.get(f"/kadoma/members/{ken}/joining").text
    for page in ("health-consent", "guardian"):
        assert f"/kadoma/members/{ken}/{page}" not in about
        assert desk.post(f"/kadoma/members/{ken}/{page}", data=signed).status_code == 303
    assert consents_of(app, ken) == []
    assert "None: this member is not under 18" in desk.get(f"/kadoma/members/{ken}/joining").text
