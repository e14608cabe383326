"""What the program is told by its environment."""

import stat
from pathlib import Path

import pytest

from timebank.settings import BaseUrlRefused
from timebank.settings import ExampleSecret
from timebank.settings import ProxiesRefused
from timebank.settings import Settings
from timebank.settings import WeakSecret

SECRET = "vqk3Zy0cJx1nq7-Tt2sWq9bXeH5m_RkU8fLdP4aG6oC"


def test_without_settings_the_database_and_the_secret_are_kept_in_var(tmp_path: Path) -> None:
    settings = Settings.from_env({}, folder=tmp_path / "var")
    assert settings.database_url == f"sqlite:///{tmp_path / 'var' / 'timebank.sqlite3'}"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert not settings.demo
    assert not settings.secure
    assert (settings.mail_url, settings.mail_folder) == ("", tmp_path / "var" / "mail")
    assert settings.host == "127.0.0.1"


def test_the_secret_is_made_once_and_is_nobody_elses_to_read(tmp_path: Path) -> None:
    first = Settings.from_env({}, folder=tmp_path).secret_key
    assert Settings.from_env({}, folder=tmp_path).secret_key == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_what_is_set_is_taken(tmp_path: Path) -> None:
    environ = {
        "DATABASE_URL": "postgresql://db.example.org/hours",
        "SECRET_KEY": SECRET,
        "BASE_URL": "https://hours.example.org/",
        "TIMEBANK_DEMO": "1",
        "MAIL_URL": "smtp://hours:shibboleth@mail.example.org",
        "MAIL_FOLDER": "/srv/mail",
    }
    settings = Settings.from_env(environ, folder=tmp_path)
    assert settings.database_url == "postgresql://db.example.org/hours"
    assert settings.migration_database_url == settings.database_url
    assert settings.secret_key == SECRET
    assert settings.base_url == "https://hours.example.org"
    assert settings.demo
    assert settings.secure
    assert settings.host == "hours.example.org"
    assert settings.mail_url == environ["MAIL_URL"]
    assert settings.mail_folder == Path("/srv/mail")
    assert "shibboleth" not in repr(settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("secret", ["short", "a" * 60, "changeme", "ab" * 30])
def test_a_secret_that_can_be_guessed_is_refused(secret: str, tmp_path: Path) -> None:
    with pytest.raises(WeakSecret, match="SECRET_KEY"):
        Settings.from_env({"SECRET_KEY": secret}, folder=tmp_path)


@pytest.mark.parametrize(
    "secret",
    [
        "only-for-tests-" * 3,
        "change-me-to-something-long-and-random",
        "this-is-my-SECRET-key-0123456789-abc",
        "correct horse battery 8" * 2,
    ],
)
def test_a_secret_from_an_example_is_for_ones_own_machine_only(secret: str, tmp_path: Path) -> None:
    known = {"SECRET_KEY": secret}
    assert Settings.from_env(known, folder=tmp_path).secret_key == secret
    with pytest.raises(ExampleSecret, match="SECRET_KEY"):
        Settings.from_env(known | {"BASE_URL": "https://hours.example.org"}, folder=tmp_path)


def test_nobody_else_on_the_machine_looks_into_the_folder_that_is_made(tmp_path: Path) -> None:
    Settings.from_env({}, folder=tmp_path / "var")
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


@pytest.mark.parametrize("url", ["hours.example.org", "ftp://hours.example.org", "https://", "javascript:x"])
def test_an_address_that_is_no_web_servers_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(BaseUrlRefused, match="BASE_URL"):
        Settings.from_env({"SECRET_KEY": SECRET, "BASE_URL": url}, folder=tmp_path)


def test_secrets_are_not_shown_where_settings_are_printed(tmp_path: Path) -> None:
    settings = Settings.from_env({"SECRET_KEY": SECRET, "DATABASE_URL": "sqlite:///x"}, folder=tmp_path)
    assert SECRET not in repr(settings)
    assert "sqlite" not in repr(settings)


def test_the_owner_of_the_tables_may_be_somebody_else(tmp_path: Path) -> None:
    environ = {
        "DATABASE_URL": "postgresql://program@db.example.org/hours",
        "MIGRATION_DATABASE_URL": "postgresql://owner:shibboleth@db.example.org/hours",
        "SECRET_KEY": SECRET,
    }
    settings = Settings.from_env(environ, folder=tmp_path)
    assert settings.migration_database_url == environ["MIGRATION_DATABASE_URL"]
    assert "shibboleth" not in repr(settings)


def test_servers_of_ours_before_this_one_are_counted(tmp_path: Path) -> None:
    known = {"SECRET_KEY": SECRET, "DATABASE_URL": "sqlite:///x"}
    for written, number in (("", 0), ("1", 1), ("2", 2)):
        assert (
            Settings.from_env(known | {"TRUSTED_PROXIES": written}, folder=tmp_path).trusted_proxies == number
        )
    for written in ("all", "-1", "10.0.0.1", "１"):
        with pytest.raises(ProxiesRefused, match="TRUSTED_PROXIES"):
            Settings.from_env(known | {"TRUSTED_PROXIES": written}, folder=tmp_path)
