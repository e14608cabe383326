"""Whether a package of the lock files has a weakness that is known: asks OSV, where that can be reached."""

import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
#: Gathers what is known of weaknesses, also what Python's own index publishes.
SERVICE = "https://api.osv.dev/v1/vulns/PYSEC-2018-28"
PATIENCE_SECONDS = 10
#: Reads what is locked, and works nothing out: a lock file is complete.
READ = ("--no-deps", "--disable-pip", "--requirement", str(ROOT / "requirements-dev.lock"))
ASK = (sys.executable, "-m", "pip_audit", "--progress-spinner=off", "--vulnerability-service=osv", *READ)


def why_not(service: str) -> str | None:
    """Say why a service cannot be asked; None where it answers."""
    try:
        with urllib.request.urlopen(service, timeout=PATIENCE_SECONDS):  # noqa: S310 - an address of ours
            return None
    except urllib.error.URLError as error:
        return str(error.reason)
    except OSError as error:
        return str(error)


def audit(service: str = SERVICE, ask: Sequence[str] = ASK) -> int:
    """Ask about every locked package; what is found fails, a service that is not there does not."""
    reason = why_not(service)
    if reason is not None:
        print(f"Skipped: no advisory service can be reached ({reason}). Nobody asked for known weaknesses.")
        return 0
    return subprocess.run(ask, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(audit())
