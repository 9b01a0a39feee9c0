"""Start a Label Studio server on this machine, on 127.0.0.1 alone, silent towards the outside.

    with serve(Path(".labelstudio/bin/label-studio"), Path("build/labelstudio")) as running:
        print(running.address, running.email, running.password)

The first start of an installation runs every migration, which can take minutes; its empty database is kept beside the
installation as a template, so that later data folders are ready in seconds.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from detente.annotation import database
from detente.annotation.connection import Server, connect
from detente.annotation.controls import FULL
from detente.annotation.logins import (
    DATABASE,
    Login,
    forget_login,
    install_template,
    known_login,
    make_login,
    save_login,
)
from detente.annotation.push import Plan, push
from detente.documents import Document
from detente.errors import DetenteError, UsageError
from detente.ontology import Ontology

HOST = "127.0.0.1"
PORT = 8080
START_SECONDS = 600
STOP_SECONDS = 20
LOG = "server.log"

# the server falls back to these bare names for its own settings, so the shell's must not reach it
SCRUBBED = frozenset({"USERNAME", "PASSWORD", "PORT", "HOST", "DEBUG"}) | database.SCRUBBED
# nothing leaves the machine: no statistics, no error reports, no look for updates; sign-up by invitation only
SETTINGS = {
    "LABEL_STUDIO_COLLECT_ANALYTICS": "false",
    "LABEL_STUDIO_LATEST_VERSION_CHECK": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "LABEL_STUDIO_SENTRY_DSN": "",
    "LABEL_STUDIO_FRONTEND_SENTRY_DSN": "",
    "LABEL_STUDIO_FEATURE_FLAGS_OFFLINE": "true",
    "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
}


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers: where, its version, and its first user's log-in and token."""

    address: str
    email: str
    password: str = field(repr=False)
    token: str = field(repr=False)
    version: str
    data_dir: Path
    process: subprocess.Popen[bytes] = field(repr=False)


@contextmanager
def serve(
    executable: Path, data_dir: Path, *, port: int = PORT, template: Path | None = None, address: str = ""
) -> Iterator[Running]:
    """A running server for as long as the context lasts; `port` 0 takes any free one.

    `data_dir` keeps projects and accounts between starts; with the `address` of a PostgreSQL database (see
    `database.py`) they are kept there, and `data_dir` keeps the log-in. `template` is the folder of the empty SQLite
    database (by default beside the executable). Raises `UsageError` for a missing executable, a busy port, an old
    server, or a data folder or database that somebody else made, and `DetenteError`, with the end of the log, where
    the server does not come up.
    """
    settings = database.database_settings(address)
    if not os.access(executable, os.X_OK):
        raise UsageError(f"no Label Studio at {executable}; install label-studio 1.23.2 in an environment of its own")
    executable = executable.absolute()
    data_dir = data_dir.absolute()
    known = known_login(data_dir)
    login = known or make_login()
    port = _free_port(port)
    if address:
        save_login(data_dir, login)
    elif not (data_dir / DATABASE).exists():
        folder = template or executable.parent.parent / "detente-template"
        _make_template(executable, folder)
        save_login(data_dir, login)
        install_template(folder, data_dir, login)
    with _process(executable, data_dir, port, login, settings) as process:
        page = f"http://{HOST}:{port}"
        _wait(page, process, data_dir)
        server = _connect(page, login, data_dir, is_new=bool(address) and known is None)
        yield Running(page, login.email, login.password, login.token, server.version, data_dir, process)


def _connect(page: str, login: Login, data_dir: Path, *, is_new: bool) -> Server:
    """Reach the server; a database that does not know a new log-in has users already, from another data folder."""
    try:
        return connect(page, login.token)
    except UsageError as error:
        if not is_new:
            raise
        forget_login(data_dir)
        raise UsageError(
            f"the database has users already, whose log-in is not in {data_dir}; give the folder it was first served"
            " from, or an empty database"
        ) from error


def run_foreground(
    executable: Path,
    data_dir: Path,
    announce: Callable[[Running], None],
    *,
    port: int = PORT,
    demo: Sequence[Document] = (),
    ontology: Ontology | None = None,
    address: str = "",
) -> None:
    """Serve until interrupted (Ctrl-C) or until the server ends by itself; `announce` is called once it answers.

    With `demo` documents and an ontology, a demonstration project of the full page holds them.
    """
    with serve(executable, data_dir, port=port, address=address) as running:
        if demo and ontology is not None:
            push_demo(running, demo, ontology)
        # a polite kill ends the server in order too
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            announce(running)
            running.process.wait()
        except KeyboardInterrupt:
            return
        finally:
            signal.signal(signal.SIGTERM, before)
    raise DetenteError(f"Label Studio ended by itself\n{_log_end(data_dir)}")


def push_demo(running: Running, documents: Sequence[Document], ontology: Ontology) -> int:
    """Push documents into the demonstration project, and return the project's number."""
    server = connect(running.address, running.token)
    return push(server, documents, Plan(FULL, (running.email,), version="demo"), ontology)[0].project


def server_environment(
    data_dir: Path, environment: Mapping[str, str], settings: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The environment in which the server runs, made from the shell's; `settings` name its database, else SQLite."""
    kept = {name: value for name, value in environment.items() if name not in SCRUBBED}
    kept |= database.database_settings("") if settings is None else settings
    return kept | SETTINGS | {"LABEL_STUDIO_BASE_DATA_DIR": str(data_dir)}


def _free_port(port: int) -> int:
    """The port, or any free one for 0; the server itself would silently move on from a busy port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise UsageError(f"port {port} on {HOST} is taken ({error.strerror}); give another --port") from error
        return int(probe.getsockname()[1])


def _make_template(executable: Path, folder: Path) -> None:
    """Start once on an empty folder, which runs the migrations, and keep its database."""
    if (folder / DATABASE).exists():
        return
    building = folder.with_name(f"{folder.name}.{os.getpid()}")
    port = _free_port(0)
    login = make_login()
    try:
        with _process(executable, building, port, login) as process:
            _wait(f"http://{HOST}:{port}", process, building)
        building.rename(folder)
    except OSError:
        # another start was quicker; its template is as good
        if not (folder / DATABASE).exists():
            raise
    finally:
        rmtree(building, ignore_errors=True)


def server_command(executable: Path, data_dir: Path, port: int, login: Login) -> list[str]:
    """What starts the server; a password can begin with a dash, so it stands behind an equals sign."""
    command = [str(executable), "start", "--no-browser", "--internal-host", HOST, "-p", str(port)]
    command += ["--data-dir", str(data_dir), "--log-level", "WARNING", "--username", login.email]
    return [*command, f"--password={login.password}", "--user-token", login.token, "--enable-legacy-api-token"]


@contextmanager
def _process(
    executable: Path, data_dir: Path, port: int, login: Login, settings: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    command = server_command(executable, data_dir, port, login)
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / LOG).open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 — the executable is the one asked for
            command,
            env=server_environment(data_dir, os.environ, settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=data_dir,
            # an own group: Ctrl-C comes here first, and the server is stopped in order
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def _wait(address: str, process: subprocess.Popen[bytes], data_dir: Path) -> None:
    opener = build_opener(ProxyHandler({}))
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise DetenteError(f"Label Studio ended with status {process.returncode}\n{_log_end(data_dir)}")
        try:
            with opener.open(f"{address}/health", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.25)
    raise DetenteError(f"Label Studio did not answer within {START_SECONDS} s\n{_log_end(data_dir)}")


def _log_end(data_dir: Path) -> str:
    lines = (data_dir / LOG).read_text("utf-8", errors="replace").splitlines()
    return "\n".join(lines[-15:])
