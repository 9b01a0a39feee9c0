"""Submissions to the leaderboard, and everything that is checked before one of them is scored.

A submission is a folder `<system>/<version>/` with exactly two plain files, `system.toml` and `predictions.jsonl`.
What it says is never trusted: names are strict slugs, sizes are capped before anything is read, links and further
files are refused, and every fault found is listed.
"""

from __future__ import annotations

import re
import stat
import tomllib
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from detente.documents import Document
from detente.errors import DataError, Fault, UsageError
from detente.jsonl import read_documents
from detente.ontology import Ontology
from detente.scoring.faults import beside_gold
from detente.scoring.tracks import SETTINGS, chosen_tracks

SYSTEM_FILE, PREDICTIONS_FILE = "system.toml", "predictions.jsonl"
MAX_SYSTEM_BYTES = 64 * 2**10
MAX_LINE_BYTES = 2**20
# the whole file: generous for the number of documents, and never so large that its faults fill the memory
MIN_PREDICTIONS_BYTES, BYTES_FOR_EACH_DOCUMENT = 8 * 2**20, 256 * 2**10
SLUG = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
MAX_SLUG, MAX_LINE_OF_TEXT, MAX_DESCRIPTION, MAX_AUTHORS = 64, 200, 2000, 50


class System(msgspec.Struct, frozen=True):
    """What `system.toml` says.

    `name` and `version` are those of the folders, `kind` is a word (baseline, encoder, llm …). `tracks` are those that
    the system enters; left empty, all that its setting scores.
    """

    name: str
    version: str
    kind: str
    description: str
    authors: tuple[str, ...]
    licence: str
    model_family: str = ""
    trained_on: str = ""
    url: str = ""
    setting: str = "e2e"
    tracks: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Name and version, as the system is shown and told apart."""
        return f"{self.name} {self.version}"

    @property
    def entered(self) -> tuple[str, ...]:
        """The tracks on which the system is ranked, in the order of the table of tracks."""
        return tuple(track.name for track in chosen_tracks(self.tracks or None, self.setting))


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission whose folder and `system.toml` are in order."""

    folder: Path
    system: System

    @property
    def predictions(self) -> Path:
        """The file of predicted documents."""
        return self.folder / PREDICTIONS_FILE


def check_submission(folder: Path, ontology: Ontology, gold: Sequence[Document]) -> list[Fault]:
    """All faults of a submission; an empty list where it can be scored.

    Its predictions are read only if everything else is in order.
    """
    try:
        submission = read_submission(folder, documents=len(gold))
        read_predictions(submission.predictions, gold, ontology)
    except DataError as error:
        return error.faults
    return []


def find_submissions(root: Path) -> list[Path]:
    """The folders `<system>/<version>` under `root`, in order of name; plain files beside them are passed over.

    Raises `DataError` where `root` is no folder. Links are returned too, for `read_submission` to refuse.
    """
    if not root.is_dir():
        raise DataError(
            [Fault("no such folder", "a folder of submissions", "Give an existing folder.", path=str(root))]
        )
    found: list[Path] = []
    for system in _entries(root):
        found += [system] if system.is_symlink() else _entries(system)
    return found


def _entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_symlink() or path.is_dir())


def read_submission(folder: Path, *, documents: int) -> Submission:
    """The submission in a folder, for a gold standard of so many documents; its predictions are not read yet.

    Raises `DataError` with all faults of names, files, sizes and `system.toml`.
    """
    faults = [*_name_faults(folder), *_file_faults(folder, documents)]
    if faults:
        raise DataError(faults)
    system = _read_system(folder / SYSTEM_FILE)
    faults = list(_system_faults(system, folder))
    if faults:
        raise DataError(faults)
    return Submission(folder, system)


def read_predictions(path: Path, gold: Sequence[Document], ontology: Ontology) -> list[Document]:
    """The predicted documents of a submission.

    Raises `DataError` with all faults of all lines, those that only show beside the gold included (unknown ids,
    offsets beyond the text, a span in two clusters), in the order of the lines.
    """
    known = {document.id: document for document in gold}
    further = partial(beside_gold, gold=known, ontology=ontology)
    return list(read_documents(path, ontology, gold=False, max_line_bytes=MAX_LINE_BYTES, further=further))


def _is_slug(name: str) -> bool:
    return len(name) <= MAX_SLUG and SLUG.fullmatch(name) is not None


def _name_faults(folder: Path) -> Iterator[Fault]:
    for what, path in (("system", folder.absolute().parent), ("version", folder.absolute())):
        if not _is_slug(path.name):
            yield Fault(
                f"{what} folder {path.name[:80]!r}",
                f"small letters and digits, parted by single '.', '_' or '-', at most {MAX_SLUG}",
                "Rename the folder.",
                path=str(folder),
            )
        if path.is_symlink():
            yield Fault(f"a link as {what} folder", "a real folder", "Copy the files themselves.", path=str(folder))


def _file_faults(folder: Path, documents: int) -> Iterator[Fault]:
    if folder.is_symlink() or not folder.is_dir():
        yield Fault("no such folder", "<system>/<version>/", "Give a submission's folder.", path=str(folder))
        return
    limits = {
        SYSTEM_FILE: MAX_SYSTEM_BYTES,
        PREDICTIONS_FILE: max(MIN_PREDICTIONS_BYTES, documents * BYTES_FOR_EACH_DOCUMENT),
    }
    names = sorted(path.name for path in folder.iterdir())
    for name in names:
        if name not in limits:
            yield Fault(
                f"file {name[:80]!r}",
                f"{SYSTEM_FILE} and {PREDICTIONS_FILE} alone",
                "Remove it from the submission.",
                path=str(folder),
            )
    for name, limit in limits.items():
        path = str(folder / name)
        if name not in names:
            yield Fault(f"no {name}", f"{SYSTEM_FILE} and {PREDICTIONS_FILE}", "Add it.", path=path)
            continue
        status = (folder / name).lstat()
        if not stat.S_ISREG(status.st_mode):
            yield Fault("a link or a special file", "a plain file", "Copy the file itself.", path=path)
        elif status.st_size > limit:
            yield Fault(
                f"{status.st_size} bytes",
                f"at most {limit}",
                "Submit predicted items and system facts alone.",
                path=path,
            )


def _read_system(path: Path) -> System:
    try:
        fields = tomllib.loads(path.read_bytes().decode("utf-8"))
        # stored results tolerate fields that they do not know; submissions must not have any
        unknown = sorted(set(fields) - set(System.__struct_fields__))
        if unknown:
            raise msgspec.ValidationError(f"unknown field `{unknown[0][:80]}`")
        return msgspec.convert(fields, System)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        expected = f"the fields of system.toml: {', '.join(System.__struct_fields__)}"
        remedy = "See scoring/README.md for its form."
        raise DataError([Fault(str(error)[:200], expected, remedy, path=str(path))]) from error


def _system_faults(system: System, folder: Path) -> Iterator[Fault]:
    path = str(folder / SYSTEM_FILE)
    place = folder.absolute()
    for what, value, name in (("name", system.name, place.parent.name), ("version", system.version, place.name)):
        if value != name:
            yield Fault(
                f"{what} {value[:80]!r}", f"{name!r}, as the folder is called", "Make them the same.", path=path
            )
    yield from (Fault(*parts, path=path) for parts in _text_faults(system))
    if system.url and not is_web_address(system.url):
        yield Fault(f"url {system.url[:80]!r}", "an http or https address", "Correct it or leave it out.", path=path)
    if system.setting not in SETTINGS:
        yield Fault(f"setting {system.setting[:80]!r}", f"one of {', '.join(SETTINGS)}", "Correct it.", path=path)
        return
    try:
        entered = system.entered
    except UsageError as error:
        yield Fault(str(error)[:300], "tracks that the setting scores", "Correct the list.", path=path)
        return
    if system.tracks and len(entered) < len(system.tracks):
        yield Fault("a track twice", "each track once", "Correct the list.", path=path)


def _text_faults(system: System) -> Iterator[tuple[str, str, str]]:
    if not _is_slug(system.kind):
        yield f"kind {system.kind[:80]!r}", "a word such as baseline, encoder or llm", "Correct it."
    if not 1 <= len(system.authors) <= MAX_AUTHORS:
        yield f"{len(system.authors)} authors", f"1 to {MAX_AUTHORS}", "Correct the list."
    texts = [
        ("description", system.description, MAX_DESCRIPTION),
        ("licence", system.licence, MAX_LINE_OF_TEXT),
        ("model_family", system.model_family, MAX_LINE_OF_TEXT),
        ("trained_on", system.trained_on, MAX_LINE_OF_TEXT),
        *(("author", author, MAX_LINE_OF_TEXT) for author in system.authors[:MAX_AUTHORS]),
    ]
    for what, value, limit in texts:
        if what in ("description", "licence", "author") and not value.strip():
            yield f"an empty {what}", f"a {what}", "Fill it in."
        if len(value) > limit:
            yield f"{what} of {len(value)} characters", f"at most {limit}", "Shorten it."
        if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in value):
            yield f"{what} with control characters", "plain text in one line", "Remove them."


def is_web_address(url: str) -> bool:
    """Whether this is a plain http or https address, safe to link to."""
    if len(url) > MAX_DESCRIPTION or re.fullmatch(r"[!#-;=?-Z_a-z~\[\]&%@$]+", url) is None:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False
