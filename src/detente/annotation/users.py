"""Annotators' accounts on a Label Studio server, made through the server's own invitation and log-in forms.

A user made through the API has neither password nor organisation and can see nothing, so accounts are made as an
invited person makes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from detente.annotation.connection import answers
from detente.errors import DetenteError, UsageError

if TYPE_CHECKING:
    import httpx

SHORTEST_PASSWORD = 8


def create_annotator(address: str, token: str, email: str, password: str) -> str:
    """Invite and sign up a user, and return the user's own API token; `token` is that of somebody already there.

    Raises `UsageError` where the server refuses (the address exists already, or the password is too short), and
    `DetenteError` where it does not answer.
    """
    import httpx

    if len(password) < SHORTEST_PASSWORD:
        raise UsageError(f"the password of {email} is shorter than {SHORTEST_PASSWORD} characters")
    headers = {"Authorization": f"Token {token}"}
    with answers(address), httpx.Client(base_url=address, headers=headers) as inviter:
        answer = inviter.get("/api/invite")
        if answer.status_code != httpx.codes.OK:
            raise UsageError(f"{address} gives no invitation ({answer.status_code}); check the token")
        invitation = answer.json()["token"]
    with answers(address), httpx.Client(base_url=address) as visitor:
        _post(visitor, "/user/signup/", {"token": invitation}, email, password)
        return _token(visitor, email, address)


def annotator_token(address: str, email: str, password: str) -> str:
    """The API token of a user, fetched by logging in."""
    import httpx

    with answers(address), httpx.Client(base_url=address) as visitor:
        _post(visitor, "/user/login/", {}, email, password)
        return _token(visitor, email, address)


def _post(visitor: httpx.Client, path: str, query: dict[str, str], email: str, password: str) -> None:
    visitor.get(path, params=query)
    form = {
        "email": email,
        "password": password,
        "csrfmiddlewaretoken": visitor.cookies.get("csrftoken") or "",
        "allow_newsletters": "false",
    }
    answer = visitor.post(path, params=query, data=form, headers={"Referer": str(visitor.base_url)})
    # both forms answer with themselves where they refuse, and lead elsewhere where they accept
    if not answer.is_redirect:
        what = "a new user" if "signup" in path else "the log-in"
        raise UsageError(f"{visitor.base_url} refuses {what} {email}; check the address and password")


def _token(visitor: httpx.Client, email: str, address: str) -> str:
    answer = visitor.get("/api/current-user/token")
    if not answer.is_success:
        raise DetenteError(
            f"{address} gives no token for {email} ({answer.status_code}); start it with --enable-legacy-api-token"
        )
    return str(answer.json()["token"])
