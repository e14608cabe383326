"""Where the tests' browser and its Japanese font come from; run as a program, it installs what is missing."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from tests.apt import install_by_apt

#: Names under which systems install Chromium; the first is the smallest.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: What one without root gets instead of the system's, out of reach of git.
ROOM = Path(__file__).parent.parent / "var" / "browser"
OWN = ROOM / "chromium"
#: A browser inside an npm package: nothing is fetched but the package itself.
NPM_PACKAGE = "@sparticuz/chromium@153.0.0"
APT_PACKAGES = ("chromium-headless-shell", "fontconfig", "fonts-ipaexfont-gothic")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = (
    "No {what} was found, and it could not be installed. As root: apt-get install chromium-headless-shell "
    "fontconfig fonts-ipaexfont-gothic. Without root: install Node.js with npm, or a Chromium of your own "
    "and name it in TIMEBANK_BROWSER; then run make test again."
)
UNPACK = (
    "const fs = require('fs'), zlib = require('zlib'), [from, to] = process.argv.slice(1);"
    "fs.createReadStream(from).pipe(zlib.createBrotliDecompress()).pipe(fs.createWriteStream(to));"
)


class BrowserMissing(Exception):
    """Without it the tests of what people see cannot run; they fail rather than pass unseen."""

    def __init__(self, what: str) -> None:
        super().__init__(MISSING.format(what=what))


def find_browser() -> Path | None:
    """Find a Chromium: the one that is named, the system's, or our own."""
    named = os.environ.get("TIMEBANK_BROWSER")
    if named:
        return Path(named) if Path(named).is_file() else None
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return Path(found)
    return OWN if OWN.is_file() else None


def system_has_japanese_font() -> bool:
    """Ask fontconfig, as Chromium will."""
    fc_list = shutil.which("fc-list")
    return bool(fc_list and subprocess.run([fc_list, ":lang=ja"], capture_output=True, check=False).stdout)


def packaged_fonts() -> Path | None:
    """Find the folder of the Japanese fonts that requirements-dev.lock brings."""
    package = importlib.util.find_spec("pylopdf_fonts_jp")
    return Path(package.origin).parent if package and package.origin else None


def environment() -> dict[str, str]:
    """Give the browser's environment: ours, and the way to what the system does not have."""
    env = dict(os.environ)
    if find_browser() == OWN:
        env["LD_LIBRARY_PATH"] = str(ROOM / "lib")
    fonts = packaged_fonts()
    if fonts and not system_has_japanese_font():
        ROOM.mkdir(parents=True, exist_ok=True)
        fonts_conf = ROOM / f"fonts-{os.getpid()}.conf"
        fonts_conf.write_text(
            '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>'
            f'<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{fonts}</dir>'
            f"<cachedir>{ROOM / 'fontcache'}</cachedir></fontconfig>\n",
            encoding="utf-8",
        )
        fonts_conf.replace(ROOM / "fonts.conf")
        env["FONTCONFIG_FILE"] = str(ROOM / "fonts.conf")
    return env


def browser_or_raise() -> Path:
    """Find a browser that can write Japanese, or say what to install."""
    browser = find_browser()
    if browser is None:
        raise BrowserMissing("Chromium")
    if not system_has_japanese_font() and packaged_fonts() is None:
        raise BrowserMissing("Japanese font")
    return browser


def install_by_npm() -> bool:
    """Unpack the browser of the npm package into var/browser; say whether that worked."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return False
    print(f"Installing by npm: {NPM_PACKAGE}", file=sys.stderr)
    ROOM.mkdir(parents=True, exist_ok=True)
    fetch = [
        npm,
        "install",
        "--prefix",
        str(ROOM),
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        NPM_PACKAGE,
    ]
    if subprocess.run(fetch, stdout=sys.stderr, check=False).returncode != 0:
        return False
    packed = ROOM / "node_modules" / "@sparticuz" / "chromium" / "bin"
    new = ROOM / "chromium.new"
    libraries = ROOM / "lib.tar"
    for source, target in ((packed / "chromium.br", new), (packed / "al2023.tar.br", libraries)):
        if subprocess.run([node, "-e", UNPACK, str(source), str(target)], check=False).returncode != 0:
            return False
    with tarfile.open(libraries) as archive:
        archive.extractall(ROOM, filter="data")
    libraries.unlink()
    new.chmod(0o755)
    new.replace(OWN)
    shutil.rmtree(ROOM / "node_modules")
    return True


def main() -> None:
    """Install what is missing, and say what is used."""
    if find_browser() is None or not system_has_japanese_font():
        installed = install_by_apt(*APT_PACKAGES)
        if not installed and find_browser() is None:
            install_by_npm()
    try:
        browser = browser_or_raise()
    except BrowserMissing as missing:
        sys.exit(str(missing))
    fonts = "the system's fonts" if system_has_japanese_font() else f"the fonts in {packaged_fonts()}"
    print(f"Browser tests use {browser} with {fonts}")


if __name__ == "__main__":
    main()
