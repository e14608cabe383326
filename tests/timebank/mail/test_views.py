"""The demo shows the mail that it does not send; nowhere else can anybody read mail."""

from pathlib import Path

import pytest

from tests.builders import a_community
from tests.builders import written
from tests.servers import application
from tests.timebank.mail.test_carriers import a_message
from timebank.mail.carriers import Folder

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def shown(database_url: str, folder: Path, slug: str = "kadoma", **environ: str) -> tuple[int, str]:
    with application(database_url, MAIL_FOLDER=str(folder), **environ) as app:
        answer = app.test_client().get(f"/{slug}/demo-mail")
        return answer.status_code, answer.text


@pytest.fixture
def folder(database_url: str, tmp_path: Path) -> Path:
    with application(database_url) as app:
        written(app, lambda session: [a_community(session, slug=slug) for slug in ("kadoma", "hirano")])
    message = a_message()
    del message["Subject"]
    message["Subject"], message["Date"] = "<script>hello</script>", "Fri, 03 Apr 2026 09:00:00 +0000"
    Folder(tmp_path, "a@example.org").carry(message, "kadoma")
    return tmp_path


def test_the_demo_shows_a_communitys_own_mail(database_url: str, folder: Path) -> None:
    status, text = shown(database_url, folder, TIMEBANK_DEMO="1")
    assert status == 200
    assert "&lt;script&gt;hello&lt;/script&gt;" in text
    assert "hana@example.org" in text
    assert "Hello, Hana." in text
    status, text = shown(database_url, folder, "hirano", TIMEBANK_DEMO="1")
    assert status == 200
    assert "Hana" not in text
    assert "No mail yet." in text


@pytest.mark.parametrize("environ", [{}, {"TIMEBANK_DEMO": "1", "MAIL_URL": "smtp://mail.example.org"}])
def test_where_mail_is_meant_for_somebody_nobody_reads_it(
    database_url: str, folder: Path, environ: dict[str, str]
) -> None:
    assert shown(database_url, folder, **environ)[0] == 404
