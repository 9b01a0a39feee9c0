"""The first user of a local Label Studio: a random log-in for each data folder, and the template it is put into."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from detente.errors import UsageError

DATABASE = "label_studio.sqlite3"
LOGIN = "login.json"
EMAIL = "lead@example.org"
# Django's form: algorithm, iterations, salt and hash; the server raises the iterations at the next log-in
ITERATIONS = 600_000


class Login(msgspec.Struct, frozen=True):
    """A user's e-mail address, password and 40-digit token."""

    email: str
    password: str
    token: str


def make_login() -> Login:
    """A log-in with a random password and token."""
    return Login(EMAIL, secrets.token_urlsafe(12), secrets.token_hex(20))


def known_login(data_dir: Path) -> Login | None:
    """The log-in of a data folder that has been served before; None for a new folder.

    Raises `UsageError` for a folder with a database but no log-in: another program's, which is left alone.
    """
    try:
        return msgspec.json.decode((data_dir / LOGIN).read_bytes(), type=Login)
    except FileNotFoundError:
        if (data_dir / DATABASE).exists():
            raise UsageError(
                f"{data_dir} holds a Label Studio that detente did not make; give another folder"
            ) from None
        return None
    except msgspec.DecodeError as error:
        raise UsageError(f"{data_dir / LOGIN} is damaged ({error}); remove the data folder or restore it") from error


def save_login(data_dir: Path, login: Login) -> None:
    """Keep the log-in with the data, readable by its owner alone."""
    data_dir.mkdir(parents=True, exist_ok=True)
    handle = os.open(data_dir / LOGIN, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.encode(login))


def forget_login(data_dir: Path) -> None:
    """Remove a log-in that turned out to be nobody's."""
    (data_dir / LOGIN).unlink(missing_ok=True)


def install_template(template: Path, data_dir: Path, login: Login) -> None:
    """Copy a template's database into a new data folder, its only user given the new log-in."""
    unfinished = data_dir / f".{DATABASE}"
    unfinished.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"file:{template / DATABASE}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(unfinished)) as copy,
    ):
        source.backup(copy)
        copy.execute(
            "UPDATE htx_user SET email = ?, username = ?, password = ?",
            (login.email, login.email, _django_hash(login.password)),
        )
        copy.execute("UPDATE authtoken_token SET key = ?", (login.token,))
        copy.commit()
    unfinished.rename(data_dir / DATABASE)


def _django_hash(password: str) -> str:
    salt = secrets.token_hex(11)
    raw = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), ITERATIONS)
    return f"pbkdf2_sha256${ITERATIONS}${salt}${base64.b64encode(raw).decode()}"
