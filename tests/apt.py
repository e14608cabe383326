"""Installs programs of the system's that tests need, where that is allowed."""

import os
import shutil
import subprocess
import sys


def install_by_apt(*packages: str) -> bool:
    """Install the system's packages, as root where there is apt; say whether that worked."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    print("Installing by apt:", *packages, file=sys.stderr)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = [apt, "install", "--yes", "--quiet", "--quiet", "--no-install-recommends", *packages]
    subprocess.run([apt, "update", "--quiet", "--quiet"], env=env, stdout=sys.stderr, check=False)
    return subprocess.run(install, env=env, stdout=sys.stderr, check=False).returncode == 0
