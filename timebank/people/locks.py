"""What the database keeps under lock: encrypted with a key that is made of SECRET_KEY, which is not in it."""

from base64 import urlsafe_b64encode
from datetime import timedelta

from cryptography.fernet import Fernet
from cryptography.fernet import InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


def lock(text: str, *, what: str) -> str:
    """Encrypt a text; ``what`` says what it is, so that it opens nothing else."""
    return _fernet(what).encrypt(text.encode()).decode()


def unlock(locked: str, *, what: str, within: timedelta | None = None) -> str | None:
    """Read what lock() gave; None where it is another's, of another key, or older than ``within``."""
    seconds = int(within.total_seconds()) if within else None
    try:
        return _fernet(what).decrypt(locked.encode("utf-8", "surrogatepass"), ttl=seconds).decode()
    except InvalidToken:
        return None


def _fernet(what: str) -> Fernet:
    key = str(current_app.secret_key).encode()
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"timebank {what}".encode()).derive(key)
    return Fernet(urlsafe_b64encode(made))
