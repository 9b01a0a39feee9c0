"""The signature, and the hash of the gold in it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from detente import __version__
from detente.documents import Argument, Document, Entity, Event, Mention, Meta, Span, Stance
from detente.ontology import Ontology, load_ontology
from detente.scoring.batch import Batch
from detente.scoring.evaluate import evaluate
from detente.scoring.fingerprint import GoldHash
from detente.scoring.signature import signature
from detente.scoring.tracks import TRACKS

ONTOLOGY = load_ontology()


def gold_hash(documents: Iterable[Document]) -> str:
    found = GoldHash()
    for document in documents:
        batch = Batch(ONTOLOGY)
        batch.add(document, Document(document.id))
        found.add(batch.gold, [document.id])
    return found.hexdigest()


DOCUMENT = Document(
    "d1",
    text="Ankara backs the truce.",
    mentions=(
        Mention("m1", 0, 6, "GPE", level="NAM", entity="e1"),
        Mention("m2", 13, 22, "AGR", level="NOM", entity="e2"),
    ),
    entities=(Entity("e1", "Turkey", "GPE"), Entity("e2", "the truce", "AGR")),
    events=(
        Event("v1", "ENDORSE", 7, 12, polarity="POS", source="m1", cluster="c1", arguments=(Argument("Agent", "m1"),)),
        Event("v2", "CEASEFIRE", 17, 22, polarity="POS", source="author", cluster="c2"),
    ),
    stances=(Stance("s1", "e1", "v2", "SUPPORT", source="m1", evidence=Span(0, 22)),),
)


def test_the_signature_reads_as_specified() -> None:
    line = signature(
        TRACKS["events"], setting="e2e", gold="1f3a9c02", documents=80, unit="story", resamples=10_000, seed=12345
    )
    assert line == (
        "detente:1.1|track:events|metric:AC+|match:exact|setting:e2e|dup:set|zero:null|avg:micro"
        f"|gold:1f3a9c02|n:80|unit:story|boot:10000|ci:expanded|seed:12345|v:{__version__}"
    )


def test_every_track_and_the_overall_score_have_one(ontology: Ontology) -> None:
    documents = [DOCUMENT, msgspec.structs.replace(DOCUMENT, id="another")]
    report = evaluate(documents, documents, ontology, resamples=5, seed=6)
    assert list(report.signatures) == [*TRACKS, "overall"]
    for line in report.signatures.values():
        assert f"|gold:{gold_hash(documents)}|n:2|unit:document|boot:5|ci:expanded|seed:6|" in line
    assert "metric:mean(entities:F1,events:AC+,stance:F1)" in report.signatures["overall"]


def test_a_single_document_has_no_interval_and_its_signature_says_so(ontology: Ontology) -> None:
    report = evaluate([DOCUMENT], [DOCUMENT], ontology, resamples=5, seed=6)
    assert report.overall.low is None
    assert all("|n:1|unit:document|boot:0|ci:none|" in line for line in report.signatures.values())


def test_the_signature_says_that_stories_were_resampled(ontology: Ontology) -> None:
    documents = [msgspec.structs.replace(DOCUMENT, id=name, meta=Meta(story=name)) for name in "ab"]
    report = evaluate(documents, documents, ontology, resamples=5)
    assert all("|n:2|unit:story|boot:5|" in line for line in report.signatures.values())


def test_the_gold_hash_depends_on_no_order_and_no_ids_of_items() -> None:
    swap = {"m1": "m8", "m2": "m1", "e1": "e2", "e2": "e7", "v1": "v2", "v2": "v9", "s1": "s0", "c1": "c2", "c2": "c1"}

    def rename(value: object) -> object:
        if isinstance(value, (list, tuple)):
            return [rename(item) for item in reversed(value)] if value and isinstance(value[0], dict) else value
        if isinstance(value, dict):
            return {key: rename(item) for key, item in value.items()}
        return swap.get(value, value) if isinstance(value, str) else value

    renamed = msgspec.convert(rename(msgspec.to_builtins(DOCUMENT)), Document)
    assert renamed != DOCUMENT
    other = Document("d2")
    assert gold_hash([renamed, other]) == gold_hash([other, DOCUMENT])


def test_the_gold_hash_is_the_same_without_the_text() -> None:
    assert gold_hash([msgspec.structs.replace(DOCUMENT, text=None)]) == gold_hash([DOCUMENT])


def test_any_change_of_the_annotation_changes_the_gold_hash() -> None:
    first, *others = DOCUMENT.mentions
    event, ceasefire = DOCUMENT.events
    (stance,) = DOCUMENT.stances
    replace = msgspec.structs.replace
    changed = [
        replace(DOCUMENT, id="d2"),
        replace(DOCUMENT, mentions=(replace(first, end=5), *others)),
        replace(DOCUMENT, mentions=(replace(first, level="ADJ"), *others)),
        replace(DOCUMENT, mentions=(replace(first, entity="e2"), *others)),
        replace(DOCUMENT, events=(replace(event, modality="ACTUAL"), ceasefire)),
        replace(DOCUMENT, events=(replace(event, source="m2"), ceasefire)),
        replace(DOCUMENT, events=(replace(event, arguments=(Argument("Agent", "m2"),)), ceasefire)),
        replace(DOCUMENT, events=(replace(event, cluster="c2"), ceasefire)),
        replace(DOCUMENT, stances=(replace(stance, target="e2"),)),
        replace(DOCUMENT, stances=()),
    ]
    hashes = {gold_hash([document]) for document in [DOCUMENT, *changed]}
    assert len(hashes) == len(changed) + 1
    assert gold_hash([DOCUMENT, Document("d2")]) not in hashes
