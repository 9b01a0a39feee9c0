"""Where a Label Studio server keeps its data: SQLite in the data folder, or PostgreSQL by one address.

database_settings("postgresql://detente:secret@127.0.0.1:5432/detente")
"""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from detente.errors import UsageError

SCHEMES = ("postgresql", "postgres")
POSTGRESQL_PORT = 5432
# the server reads each of these bare and behind these prefixes, so a shell's must not reach it
NAMES = ("DJANGO_DB", "DATABASE_NAME", *(f"POSTGRE_{part}" for part in ("USER", "PASSWORD", "NAME", "HOST", "PORT")))
PREFIXES = ("", "LABEL_STUDIO_", "HEARTEX_")
SCRUBBED = frozenset(prefix + name for prefix in PREFIXES for name in NAMES)


def database_settings(address: str) -> dict[str, str]:
    """The server's environment for a database, `postgresql://user:password@host:port/name`; SQLite where it is empty.

    User, password and name may be percent-encoded. Raises `UsageError` for any other address; it repeats no password.
    """
    if not address:
        return {"DJANGO_DB": "sqlite"}
    form = "postgresql://USER:PASSWORD@HOST:PORT/NAME"
    try:
        parts = urlsplit(address)
        port = parts.port or POSTGRESQL_PORT
    except ValueError as error:
        raise UsageError(f"the database's address has no number as its port; write {form}") from error
    name = parts.path.removeprefix("/")
    if parts.scheme not in SCHEMES or not parts.hostname or not parts.username or not name or "/" in name:
        raise UsageError(f"the database's address ({parts.scheme or 'no scheme'}) is not of the form {form}")
    return {
        "DJANGO_DB": "default",
        "POSTGRE_USER": unquote(parts.username),
        "POSTGRE_PASSWORD": unquote(parts.password or ""),
        "POSTGRE_HOST": parts.hostname,
        "POSTGRE_PORT": str(port),
        "POSTGRE_NAME": unquote(name),
    }
