"""What the rehearsal's Stripe refuses, in Stripe's own shape.

Refusal
├── NotAllowed          401: no key, or one that is not known here
├── RequestInvalid      400: seen before anything is begun, so that an idempotency key does not remember it
│   └── Unrecognized    404: there is no such address
├── CannotBeDone        400: seen while doing it; an idempotency key remembers it
│   └── NotThere        404: no such object in this account
├── KeyReused           400: an idempotency key with other parameters
├── TooMany             429: asked too often
└── Broken              500: something is wrong at Stripe
LiveKeyRefused          a live key was given to a program in which no real money may move
Impossible              a button was pressed for which the object is not ready
"""

from typing import Any


class Refusal(Exception):
    """An answer that is not 2xx, in Stripe's shape."""

    status = 400
    type = "invalid_request_error"

    def __init__(self, message: str, *, code: str = "", param: str = "") -> None:
        super().__init__(message)
        self.message, self.code, self.param = message, code, param

    def body(self) -> dict[str, Any]:
        """Write the error as Stripe does: facts that are missing are left out."""
        facts = {"message": self.message, "type": self.type, "code": self.code, "param": self.param}
        return {"error": {name: fact for name, fact in facts.items() if fact}}


class NotAllowed(Refusal):
    """There is no key, or one that is not known here."""

    status = 401


class RequestInvalid(Refusal):
    """The request is wrong in itself; nothing was begun."""


class Unrecognized(RequestInvalid):
    """There is no such address."""

    status = 404

    def __init__(self, method: str, path: str) -> None:
        super().__init__(f"Unrecognized request URL ({method}: {path}).")


class CannotBeDone(Refusal):
    """The request is well formed, but things stand otherwise."""


class NotThere(CannotBeDone):
    """No such object in this account."""

    status = 404

    def __init__(self, noun: str, id_: str, *, param: str = "id") -> None:
        super().__init__(f"No such {noun}: '{id_}'", code="resource_missing", param=param)


class KeyReused(Refusal):
    """An idempotency key came a second time with other parameters."""

    type = "idempotency_error"

    def __init__(self, key: str) -> None:
        super().__init__(
            f"The idempotency key '{key}' was first used with other parameters or at another address; "
            "take another key for another request."
        )


class TooMany(Refusal):
    """Asked too often."""

    status = 429

    def __init__(self) -> None:
        super().__init__("Too many requests at once; wait and try again.", code="rate_limit")


class Broken(Refusal):
    """Something is wrong at Stripe."""

    status = 500
    type = "api_error"

    def __init__(self) -> None:
        super().__init__("Something is wrong at Stripe (on purpose); try again.")


class LiveKeyRefused(ValueError):
    """A live key was given to a program in which no real money may move."""

    def __init__(self) -> None:
        super().__init__(
            "this is a rehearsal: it takes keys that begin with sk_test_ or rk_test_, never a live one"
        )


class Impossible(ValueError):
    """A button was pressed for which the object is not ready."""
