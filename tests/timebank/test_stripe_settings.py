"""How the keys of communities are read from the environment, and which count."""

import pytest

from timebank.stripe_settings import STRIPE_API
from timebank.stripe_settings import STRIPE_CHECKOUT
from timebank.stripe_settings import StripeSettingRefused
from timebank.stripe_settings import StripeSettings

TEST, OTHER, LIVE = "sk_test_abcdefgh1", "rk_test_abcdefgh2", "sk_live_abcdefgh3"
SECRET = "whsec_abcdefgh"


def read(*, demo: bool = False, **environ: str) -> StripeSettings:
    return StripeSettings.from_env({"PATH": "/bin", **environ}, demo=demo)


def test_without_a_key_nobody_takes_cards() -> None:
    settings = read(STRIPE_SECRET_KEY="", STRIPE_WEBHOOK_SECRET=SECRET)
    assert settings.keys == {}
    assert settings.keys_of("kadoma", alone=True) is None
    assert (settings.api_base, settings.checkout) == (STRIPE_API, STRIPE_CHECKOUT)


def test_the_only_community_uses_the_bare_names_and_its_own_ones_first() -> None:
    settings = read(STRIPE_SECRET_KEY=TEST, STRIPE_WEBHOOK_SECRET=f"{SECRET}1, {SECRET}2")
    keys = settings.keys_of("kadoma", alone=True)
    assert keys is not None
    assert (keys.secret_key, keys.webhook_secrets, keys.live) == (TEST, (f"{SECRET}1", f"{SECRET}2"), False)
    own = read(
        STRIPE_SECRET_KEY=TEST,
        STRIPE_WEBHOOK_SECRET=SECRET,
        STRIPE_SECRET_KEY_KADOMA=OTHER,
        STRIPE_WEBHOOK_SECRET_KADOMA=SECRET,
    ).keys_of("kadoma", alone=True)
    assert own is not None
    assert own.secret_key == OTHER


def test_with_several_communities_the_bare_names_count_for_none_and_it_is_said() -> None:
    settings = read(
        STRIPE_SECRET_KEY=TEST,
        STRIPE_WEBHOOK_SECRET=SECRET,
        STRIPE_SECRET_KEY_KADOMA_NORTH=OTHER,
        STRIPE_WEBHOOK_SECRET_KADOMA_NORTH=SECRET,
        STRIPE_SECRET_KEY_GONE=OTHER,
        STRIPE_WEBHOOK_SECRET_GONE=SECRET,
    )
    north = settings.keys_of("kadoma-north", alone=False)
    assert north is not None
    assert north.secret_key == OTHER
    assert settings.keys_of("nagoya", alone=False) is None
    bare, gone = settings.unused(["kadoma-north", "nagoya"])
    assert "because there are several" in bare
    assert "STRIPE_SECRET_KEY_GONE counts for nobody" in gone
    assert read(STRIPE_SECRET_KEY=TEST, STRIPE_WEBHOOK_SECRET=SECRET).unused(["kadoma"]) == []


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"STRIPE_SECRET_KEY": "pk_test_abcdefgh", "STRIPE_WEBHOOK_SECRET": SECRET}, "begins with rk_test_"),
        ({"STRIPE_SECRET_KEY": TEST}, "STRIPE_WEBHOOK_SECRET must be set"),
        ({"STRIPE_SECRET_KEY_X": TEST, "STRIPE_WEBHOOK_SECRET": SECRET}, "STRIPE_WEBHOOK_SECRET_X must be"),
        ({"STRIPE_SECRET_KEY": TEST, "STRIPE_WEBHOOK_SECRET": f"{SECRET},oops"}, "begins with whsec_"),
        (
            {
                "STRIPE_SECRET_KEY": TEST,
                "STRIPE_WEBHOOK_SECRET": SECRET,
                "STRIPE_SECRET_KEY_X": LIVE,
                "STRIPE_WEBHOOK_SECRET_X": SECRET,
            },
            "do not mix",
        ),
        (
            {
                "STRIPE_SECRET_KEY": LIVE,
                "STRIPE_WEBHOOK_SECRET": SECRET,
                "STRIPE_API_BASE": "http://127.0.0.1:1",
            },
            "refused where STRIPE_API_BASE is set",
        ),
        ({"STRIPE_API_BASE": "127.0.0.1"}, "is an address such as"),
        ({"STRIPE_API_BASE": "http://127.0.0.1/v1"}, "is an address such as"),
    ],
)
def test_what_cannot_be_right_is_refused_in_a_sentence(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(StripeSettingRefused, match=sentence) as refused:
        StripeSettings.from_env(environ, demo=False)
    for secret in environ.values():
        if not secret.startswith(("http", "127")):
            assert secret not in str(refused.value)


def test_a_live_key_is_refused_in_the_demo() -> None:
    with pytest.raises(StripeSettingRefused, match="TIMEBANK_DEMO"):
        read(demo=True, STRIPE_SECRET_KEY=LIVE, STRIPE_WEBHOOK_SECRET=SECRET)


def test_another_server_speaks_for_stripe_and_has_the_pages_to_pay_on() -> None:
    settings = read(STRIPE_API_BASE="http://127.0.0.1:12111/")
    assert (settings.api_base, settings.checkout) == ("http://127.0.0.1:12111", "http://127.0.0.1:12111")


def test_nothing_that_is_printed_shows_a_secret() -> None:
    settings = read(STRIPE_SECRET_KEY=TEST, STRIPE_WEBHOOK_SECRET=SECRET)
    assert TEST not in repr(settings)
    assert SECRET not in repr(settings)
