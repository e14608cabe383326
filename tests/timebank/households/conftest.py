"""The Yamada household, for which Hana and her son act, as the tests about hands have it."""

from tests.timebank.hands.conftest import here as here
