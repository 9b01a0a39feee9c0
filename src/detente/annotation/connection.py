"""A reached Label Studio server, and what its refusal or silence means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from detente.errors import DetenteError, UsageError

OLDEST = (1, 23, 2)
TIMEOUT_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Server:
    """A server that has answered, and the user whose token is used."""

    client: Any = field(repr=False)
    address: str
    version: str
    user: str
    user_id: int


def connect(address: str, token: str) -> Server:
    """Reach a server with a user's token; refuses servers below 1.23.2, which have known holes."""
    from label_studio_sdk import LabelStudio

    client = LabelStudio(base_url=address, api_key=token, timeout=TIMEOUT_SECONDS)  # type: ignore[no-untyped-call]
    with answers(address):
        release = str(msgspec.to_builtins(client.versions.get().dict()).get("release", ""))
        user = client.users.whoami()
    check_version(release)
    return Server(client, address, release, user.email or user.username or "", int(user.id))


def check_version(release: str) -> None:
    """Raise `UsageError` for a server older than 1.23.2, or one that does not say how old it is."""
    numbers = release.split("+")[0].split(".")
    if not all(number.isdigit() for number in numbers[:3]) or tuple(map(int, numbers[:3])) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise UsageError(
            f"Label Studio {release or '(unknown)'} has known security holes; update it to {oldest} or later"
        )


@contextmanager
def answers(address: str) -> Iterator[None]:
    """Tell what a server's refusal or silence means."""
    import httpx
    from label_studio_sdk.core.api_error import ApiError

    try:
        yield
    except ApiError as error:
        if error.status_code in (401, 403):
            raise UsageError(f"{address} refuses the token; give the token of a user of this server") from error
        raise DetenteError(
            f"{address} answered {error.status_code}: {_detail(error.body)}; run the command again"
        ) from error
    except httpx.HTTPError as error:
        raise DetenteError(
            f"{address} does not answer ({error or type(error).__name__}); see that it runs, then run the command again"
        ) from error


def _detail(body: object) -> str:
    if isinstance(body, dict):
        return str(body.get("validation_errors") or body.get("detail") or body)[:400]
    return str(body)[:400]
