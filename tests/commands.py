"""The ``timebank`` command as people run it, in the test's own process and on its own database."""

from click.testing import CliRunner
from click.testing import Result

from tests.databases import SECRET_KEY
from timebank.cli import main


def timebank(database_url: str, *arguments: str, typed: str | None = None, **more: str) -> Result:
    """Run a command, with more settings in small letters; what went wrong unexpectedly is raised here."""
    environ = {"DATABASE_URL": database_url, "SECRET_KEY": SECRET_KEY}
    environ |= {name.upper(): value for name, value in more.items()}
    result = CliRunner(env=environ).invoke(main, arguments, input=typed, prog_name="timebank")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def answer(database_url: str, *arguments: str) -> str:
    """Run a command that does what it is asked, and give its standard output."""
    result = timebank(database_url, *arguments)
    assert result.exit_code == 0, result.stderr
    return result.stdout
