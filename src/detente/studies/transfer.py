"""Transfer: a baseline trained on this corpus, run on text that others wrote and annotated.

The other corpora annotate other things, so each figure compares only what both have, as
`baselines/studies/transfer.toml` maps it: they say how far what is learned here carries over, not how good the system
is on that corpus's own task.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.baselines.protocol import KEEP_MENTIONS, Model
from detente.documents import Document, Entity, Mention
from detente.files import read_toml
from detente.formats.foreign import Attitude, ForeignDocument
from detente.formats.plover import read_plover
from detente.formats.seesaw import read_seesaw
from detente.formats.wikievents import read_wikievents
from detente.ontology import Ontology
from detente.studies.figures import Figure, Tally, macro_f1, prf

PLOVER_FILE = "plover_gsr/PLOVER_GSR_CAMEO.txt"
WIKIEVENTS_FILES = ("wikievents/dev.jsonl", "wikievents/test.jsonl")
SEESAW_FOLDER = "seesaw/SEESAW"


@dataclass(frozen=True, slots=True)
class TransferResult:
    """One row: the corpus, what is compared, on how many documents and items, precision, recall and F1."""

    corpus: str
    what: str
    documents: int
    items: int
    figures: tuple[Figure, ...]
    note: str = ""


def read_mappings(path: Path) -> dict[str, Any]:
    """The label mappings of `baselines/studies/transfer.toml`; raises `DataError` where it does not parse."""
    return read_toml(path, dict[str, Any], "TOML with the mappings", "See baselines/studies/transfer.toml.")


def transfer(model: Model, folder: Path, ontology: Ontology, mappings: Mapping[str, Any]) -> list[TransferResult]:
    """Run `model` on the corpora in `folder` (laid out as `PLOVER_FILE` and so on) and compare what both have."""
    articles = [document for name in WIKIEVENTS_FILES for document in read_wikievents(folder / name)]
    predicted = [(foreign, model.predict(foreign.document)) for foreign in articles]
    return [
        _event_types(model, list(read_plover(folder / PLOVER_FILE)), ontology, mappings["plover"]),
        _spans(predicted, ontology, mappings["wikievents"]["entities"], typed=False),
        _spans(predicted, ontology, mappings["wikievents"]["entities"], typed=True),
        _triggers(predicted, mappings["wikievents"]["events"]),
        *_attitudes(model, list(read_seesaw(folder / SEESAW_FOLDER)), ontology, mappings["seesaw"]),
    ]


def _event_types(
    model: Model, records: Sequence[ForeignDocument], ontology: Ontology, aliases: Mapping[str, str]
) -> TransferResult:
    plover = {event_type.name: event_type.plover for event_type in ontology.event_types if event_type.plover != "–"}
    tallies = []
    for record in records:
        wanted = {aliases.get(label, label) for label in record.labels} & set(plover.values())
        if wanted:
            said = {plover[event.type] for event in model.predict(record.document).events if event.type in plover}
            tallies.append(Tally(len(said & wanted), len(said), len(wanted)))
    note = "a record has one type, so that a second event of the sentence counts against precision"
    return TransferResult(
        "PLOVER gold standard",
        "event types of a sentence",
        len(tallies),
        sum(t.there for t in tallies),
        prf(tallies),
        note,
    )


def _spans(
    predicted: Iterable[tuple[ForeignDocument, Document]],
    ontology: Ontology,
    types: Mapping[str, Sequence[str]],
    *,
    typed: bool,
) -> TransferResult:
    """Heads of mentions: right where a marked one ends with the same word and the type agrees."""
    ours = {name for names in types.values() for name in names}
    tallies = []
    for foreign, document in predicted:
        there = {mark.end: types[mark.label] for mark in foreign.mentions if mark.label in types}
        said = {mention.end: mention.type for mention in document.mentions if mention.type in ours}
        right = sum(end in there and (not typed or kind in there[end]) for end, kind in said.items())
        tallies.append(Tally(right, len(said), len(there)))
    what = "entity mentions by last word, " + ("typed" if typed else "untyped")
    note = "common nouns are marked there wherever they stand, here only where they take part in something"
    return TransferResult(
        "WikiEvents dev and test", what, len(tallies), sum(t.there for t in tallies), prf(tallies), note
    )


def _triggers(predicted: Iterable[tuple[ForeignDocument, Document]], types: Mapping[str, str]) -> TransferResult:
    tallies = []
    for foreign, document in predicted:
        there = {
            (mark.end, ours)
            for mark in foreign.triggers
            for theirs, ours in types.items()
            if mark.label.startswith(theirs)
        }
        said = {(event.end, event.type) for event in document.events if event.type in set(types.values())}
        tallies.append(Tally(len(said & there), len(said), len(there)))
    note = "mapped types alone"
    return TransferResult(
        "WikiEvents dev and test", "triggers with type", len(tallies), sum(t.there for t in tallies), prf(tallies), note
    )


def _attitudes(
    model: Model, sentences: Sequence[ForeignDocument], ontology: Ontology, labels: Mapping[str, str]
) -> list[TransferResult]:
    """Named pairs that stand in one sentence: whether a stance is found, and whether its label is right."""
    tallies: list[Tally] = []
    told: dict[str, list[tuple[str, str]]] = {}
    for foreign in sentences:
        given, wanted = _given(foreign, labels, ontology)
        if not wanted:
            continue
        stances = model.predict(given, frozenset({KEEP_MENTIONS})).stances
        said = {(stance.holder, stance.target): stance.label for stance in stances if not stance.target.startswith("v")}
        right = sum(said.get(pair) == label for pair, label in wanted.items())
        tallies.append(Tally(right, len(said), len(wanted)))
        found = [(label, said[pair]) for pair, label in wanted.items() if pair in said]
        if found:
            told[foreign.document.id] = found
    pairs = sum(tally.there for tally in tallies)
    classes = sorted(set(labels.values()))
    number = sum(map(len, told.values()))
    return [
        TransferResult(
            "SEESAW",
            "stances of named pairs, names given",
            len(tallies),
            pairs,
            prf(tallies),
            "both names in the sentence",
        ),
        TransferResult(
            "SEESAW", "label where a stance was found, macro F1", len(told), number, (macro_f1(told, classes),)
        ),
    ]


def _given(
    foreign: ForeignDocument, labels: Mapping[str, str], ontology: Ontology
) -> tuple[Document, dict[tuple[str, str], str]]:
    """The sentence with the corpus's names as mentions, and the label of each pair of them."""
    text = foreign.document.text or ""
    holder_type = ontology.holder_types[0]
    mentions: dict[str, Mention] = {}
    for attitude in foreign.attitudes:
        for name in (attitude.holder, attitude.target):
            span = _find(text, name)
            if span is not None and name not in mentions and span not in {(m.start, m.end) for m in mentions.values()}:
                number = len(mentions) + 1
                mentions[name] = Mention(
                    f"m{number}", *span, type=holder_type, level=ontology.levels[0], entity=f"e{number}"
                )
    wanted = {
        (mentions[one.holder].entity or "", mentions[one.target].entity or ""): labels[one.label]
        for one in foreign.attitudes
        if _named(one, mentions) and one.label in labels
    }
    entities = tuple(Entity(m.entity or "", name, m.type) for name, m in mentions.items())
    ordered = tuple(sorted(mentions.values(), key=lambda m: m.start))
    return Document(foreign.document.id, text=text, mentions=ordered, entities=entities), wanted


def _named(attitude: Attitude, mentions: Mapping[str, Mention]) -> bool:
    return attitude.holder != attitude.target and attitude.holder in mentions and attitude.target in mentions


def _find(text: str, name: str) -> tuple[int, int] | None:
    """Where the name, or its last word, stands in the text as words of its own, whatever the case."""
    for part in (name, name.split()[-1] if name.split() else ""):
        start = text.lower().find(part.lower()) if part else -1
        end = start + len(part)
        if start >= 0 and not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum():
            return start, end
    return None


def render(results: Sequence[TransferResult]) -> list[tuple[str, ...]]:
    """Rows of a table: corpus, what, documents, items, precision, recall, F1, note."""
    rows = []
    for one in results:
        values = ["", "", str(one.figures[0])] if len(one.figures) == 1 else [str(figure) for figure in one.figures]
        rows.append((one.corpus, one.what, str(one.documents), str(one.items), *values, one.note))
    return rows
