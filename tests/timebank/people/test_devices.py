"""What a browser says of itself is told in two words."""

import pytest

from timebank.people.devices import device_of

CHROME = "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 {more}Safari/537.36"


@pytest.mark.parametrize(
    ("said", "browser", "system"),
    [
        ("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "Firefox", "Android"),
        (CHROME.format(system="Linux; Android 10; K", more="Mobile "), "Chrome", "Android"),
        (
            CHROME.format(system="Linux; Android 10; K", more="SamsungBrowser/28 "),
            "Samsung Internet",
            "Android",
        ),
        (CHROME.format(system="Windows NT 10.0; Win64; x64", more="") + " Edg/140.0", "Edge", "Windows"),
        (CHROME.format(system="Windows NT 10.0; Win64; x64", more="") + " OPR/120.0", "Opera", "Windows"),
        (CHROME.format(system="X11; CrOS x86_64 14541.0.0", more=""), "Chrome", "ChromeOS"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Safari/604.1",
            "Safari",
            "iPhone",
        ),
        ("Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) CriOS/140.0 Safari/604.1", "Chrome", "iPad"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) FxiOS/140 Safari/605.1", "Firefox", "Mac"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux"),
        ("curl/8.14.1", None, None),
        ("", None, None),
    ],
    ids=str,
)
def test_a_browser_is_known_by_its_own_words(said: str, browser: str | None, system: str | None) -> None:
    device = device_of(said)
    assert (device.browser, device.system) == (browser, system)
