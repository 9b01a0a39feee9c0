"""The contract of the one `evaluate`: what it accepts, refuses, and reports."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from detente.documents import Argument, Document, Entity, Event, Mention, Meta, Span, Stance, as_prediction
from detente.errors import DataError, UsageError
from detente.jsonl import write_documents
from detente.ontology import Ontology
from detente.scoring.details import has_details
from detente.scoring.evaluate import count_documents, count_files, evaluate, evaluate_files
from detente.scoring.faults import read_gold
from detente.scoring.report import Report

TEXT = "Ankara backs the truce. Damascus signed it."


def article(name: str, story: str = "") -> Document:
    """A gold document with something in every layer."""
    return Document(
        name,
        text=TEXT,
        meta=Meta(story=story),
        mentions=(
            Mention("m1", 0, 6, "GPE", level="NAM", reading="government", entity="e1"),
            Mention("m2", 24, 32, "GPE", level="NAM", reading="government", entity="e2"),
            Mention("m3", 40, 42, "AGR", level="PRO", entity="e3"),
            Mention("m4", 13, 22, "AGR", level="NOM", entity="e3"),
        ),
        entities=(Entity("e1", "Turkey", "GPE"), Entity("e2", "Syria", "GPE"), Entity("e3", "the truce", "AGR")),
        events=(
            Event(
                "v1",
                "SIGN_AGREEMENT",
                33,
                39,
                polarity="POS",
                modality="ACTUAL",
                source="author",
                cluster="c1",
                arguments=(Argument("Party", mention="m2"), Argument("Instrument", mention="m3")),
            ),
        ),
        stances=(Stance("s1", "e1", "e3", "SUPPORT", explicit=True, source="author", evidence=Span(0, 22)),),
    )


ARTICLES = [article(f"dt-{number:04}") for number in range(4)]
PREDICTIONS = [as_prediction(document) for document in ARTICLES]
TRACKS = ("entities", "coreference", "events", "attributes", "stance")


def primary(report: Report, track: str) -> float | None:
    return report.scores[track][report.primary[track]].value


def test_gold_against_itself_is_one_on_every_track(ontology: Ontology) -> None:
    report = evaluate(ARTICLES, PREDICTIONS, ontology, resamples=100)
    assert report.overall.value == 1
    for track in TRACKS:
        assert primary(report, track) == report.board_value(track) == 1
        for figure in report.scores[track].values():
            assert figure.value in {1.0, None}
    assert (report.absent, report.missing, report.warnings) == ((), (), ())


@pytest.mark.parametrize("predictions", [[], [Document(document.id) for document in ARTICLES]], ids=["none", "empty"])
def test_an_empty_submission_scores_zero_and_is_absent_from_every_track(
    predictions: list[Document], ontology: Ontology
) -> None:
    report = evaluate(ARTICLES, predictions, ontology, resamples=100)
    assert report.overall.value == 0
    assert [primary(report, track) for track in TRACKS] == [0] * 5
    assert [report.board_value(track) for track in TRACKS] == [None] * 5
    assert report.absent == TRACKS


def test_a_document_without_prediction_is_scored_as_empty_and_listed(ontology: Ontology) -> None:
    report = evaluate(ARTICLES, PREDICTIONS[1:], ontology, resamples=0)
    assert report.missing == ("dt-0000",)
    assert report.scores["events"]["AC+"].recall == 0.75
    assert report.scores["events"]["AC+"].precision == 1


def test_a_system_may_enter_single_tracks_and_the_others_count_zero_overall(ontology: Ontology) -> None:
    only_mentions = [
        msgspec.structs.replace(d, entities=(), events=(), stances=(), mentions=_unlinked(d)) for d in PREDICTIONS
    ]
    report = evaluate(ARTICLES, only_mentions, ontology, resamples=0)
    assert report.absent == ("coreference", "events", "attributes", "stance")
    assert report.board_value("entities") == 1
    assert report.board_value("events") is None
    assert report.overall.value == pytest.approx(1 / 3)


def _unlinked(document: Document) -> tuple[Mention, ...]:
    return tuple(msgspec.structs.replace(mention, entity=None) for mention in document.mentions)


def test_what_neither_side_has_is_null_and_stays_out_of_the_mean(ontology: Ontology) -> None:
    gold = [msgspec.structs.replace(document, stances=()) for document in ARTICLES]
    report = evaluate(gold, gold, ontology, resamples=50)
    figure = report.scores["stance"]["F1"]
    assert (figure.value, figure.low, figure.support, figure.left_out) == (None, None, 0, 50)
    assert report.overall.value == 1


def test_an_exact_repeat_counts_once_with_a_warning(ontology: Ontology) -> None:
    first = PREDICTIONS[0]
    again = msgspec.structs.replace(first.mentions[0], id="m9")
    repeated = msgspec.structs.replace(first, mentions=(*first.mentions, again))
    report = evaluate(ARTICLES, [repeated, *PREDICTIONS[1:]], ontology, resamples=0)
    assert report.scores["entities"]["F1"].value == 1
    assert report.warnings == ("dt-0000: 1 of the predicted mentions exact repeats, counted once",)


def test_only_the_tracks_asked_for_are_scored_and_there_is_no_overall(ontology: Ontology) -> None:
    report = evaluate(ARTICLES, PREDICTIONS, ontology, resamples=0, tracks=["events"])
    assert set(report.scores) == {"events"}
    assert report.overall.value is None
    assert "entities, events, stance" in report.overall.note


def test_in_the_given_setting_only_what_is_not_given_is_scored(ontology: Ontology) -> None:
    report = evaluate(ARTICLES, PREDICTIONS, ontology, resamples=0, setting="given")
    assert set(report.scores) == {"events", "attributes", "stance"}
    assert report.overall.value is None
    assert "|setting:given|" in report.signatures["events"]
    assert report.warnings == ()
    changed = msgspec.structs.replace(PREDICTIONS[0], mentions=PREDICTIONS[0].mentions[:3])
    warned = evaluate(ARTICLES, [changed, *PREDICTIONS[1:]], ontology, resamples=0, setting="given")
    assert warned.warnings == ("dt-0000: mentions differ from the gold mentions that this setting gives",)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tracks": ["event"]}, "unknown track 'event'.*did you mean 'events'"),
        ({"setting": "oracle"}, "unknown setting 'oracle'; there are e2e and given"),
        ({"tracks": ["entities"], "setting": "given"}, "not scored in setting 'given'"),
    ],
)
def test_unknown_tracks_and_settings_are_refused(
    options: dict[str, list[str] | str], message: str, ontology: Ontology
) -> None:
    with pytest.raises(UsageError, match=message):
        evaluate(ARTICLES, PREDICTIONS, ontology, resamples=0, **options)  # type: ignore[arg-type]


def test_all_faults_of_a_submission_are_told_at_once(ontology: Ontology) -> None:
    predicted = [
        Document("dt-9999"),
        PREDICTIONS[0],
        PREDICTIONS[0],
        Document("dt-0001", mentions=(Mention("m", 40, 44, "GPE"),)),
        Document(
            "dt-0002",
            mentions=(Mention("m", 0, 6, "GPE", entity="a"), Mention("n", 0, 6, "GPE", entity="b")),
            entities=(Entity("a", "A", "GPE"), Entity("b", "B", "GPE")),
        ),
    ]
    with pytest.raises(DataError) as raised:
        evaluate(ARTICLES, predicted, ontology)
    message = str(raised.value)
    assert len(raised.value.faults) == 4
    assert "'dt-9999', which the gold does not have" in message
    assert "'dt-0000' twice among the predicted" in message
    assert "offset 44 in a text of 43 code points" in message
    assert "[0, 6) in the clusters 'a' and 'b'" in message


@pytest.mark.parametrize(
    "broken",
    [
        Document("dt-0000", mentions=(Mention("m", 0, 6, "PLANET"),)),
        Document("dt-0000", mentions=(Mention("m", 6, 6, "GPE"),)),
        Document("dt-0000", entities=(Entity("e", "nobody", "PER"),)),
        Document("dt-0000", events=(Event("v", "ATTACK", 0, 6, arguments=(Argument("Chorus", mention="m"),)),)),
        Document("dt-0000", stances=(Stance("s", "e1", "e2", "SUPPORT"),)),
    ],
    ids=["unknown type", "empty span", "empty cluster", "unknown role", "dangling stance"],
)
def test_a_malformed_prediction_is_refused(broken: Document, ontology: Ontology) -> None:
    with pytest.raises(DataError, match="dt-0000"):
        evaluate(ARTICLES, [broken], ontology)


def test_a_prediction_on_another_text_is_refused(ontology: Ontology) -> None:
    other = Document("dt-0000", text=TEXT.replace(". ", ".\r\n"))
    with pytest.raises(DataError, match="a text that differs"):
        evaluate(ARTICLES, [other], ontology)


def test_a_span_in_two_clusters_of_the_gold_is_refused_too(ontology: Ontology) -> None:
    doubled = Document(
        "dt-0000",
        mentions=(Mention("m", 0, 6, "GPE", entity="a"), Mention("n", 0, 6, "GPE", entity="b")),
        entities=(Entity("a", "A", "GPE"), Entity("b", "B", "GPE")),
    )
    with pytest.raises(DataError, match="dt-0000, n: found mention"):
        evaluate([doubled], [], ontology)


def test_gold_without_documents_is_refused(ontology: Ontology) -> None:
    with pytest.raises(DataError, match="found no gold document; expected at least one"):
        evaluate([], [], ontology)


def test_the_report_is_the_same_whatever_the_order_of_the_documents(ontology: Ontology) -> None:
    predicted = [PREDICTIONS[0], Document("dt-0001"), PREDICTIONS[3]]
    report = evaluate(ARTICLES, predicted, ontology, resamples=200)
    assert evaluate(ARTICLES[::-1], predicted, ontology, resamples=200) == report
    assert evaluate(iter(ARTICLES), reversed(predicted), ontology, resamples=200) == report
    assert report.documents == ("dt-0000", "dt-0001", "dt-0002", "dt-0003")


def test_stories_are_resampled_where_all_gold_documents_carry_one(ontology: Ontology) -> None:
    stories = [article(f"dt-{number:04}", story=f"s{number // 2}") for number in range(4)]
    assert evaluate(stories, [], ontology, resamples=10).unit == "story"
    assert evaluate([*stories[:3], ARTICLES[3]], [], ontology, resamples=10).unit == "document"


def test_the_report_survives_its_way_through_json(ontology: Ontology) -> None:
    report = evaluate(ARTICLES, PREDICTIONS[:3], ontology, resamples=50)
    encoded = msgspec.json.encode(report)
    assert msgspec.json.decode(encoded, type=Report) == report
    assert json.loads(encoded)["schema"] == 1


def test_breakdowns_are_by_type_role_and_label(ontology: Ontology) -> None:
    by = evaluate(ARTICLES, PREDICTIONS, ontology, resamples=20).by
    assert list(by["entities"]["type"]) == ["GPE"]
    assert list(by["events"]["role"]) == ["Instrument", "Party"]
    assert list(by["events"]["type"]) == list(by["events"]["trigger type"]) == ["SIGN_AGREEMENT"]
    assert by["stance"]["label"]["SUPPORT"].support == 4
    assert by["events"]["role"]["Party"].low == 1


def test_the_counts_are_there_for_each_document(ontology: Ontology) -> None:
    table = count_documents(ARTICLES, PREDICTIONS[:3], ontology)
    assert table.documents == tuple(document.id for document in ARTICLES)
    assert table.values.shape == (4, len(table.keys), 4)


# -------------------------------------------------------------------------------------------------------- files


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    gold, predicted = tmp_path / "gold.jsonl", tmp_path / "predicted.jsonl"
    write_documents(gold, ARTICLES)
    write_documents(predicted, PREDICTIONS)
    return gold, predicted


def test_files_give_the_report_that_documents_give(files: tuple[Path, Path], ontology: Ontology) -> None:
    assert evaluate_files(*files, ontology, resamples=50) == evaluate(ARTICLES, PREDICTIONS, ontology, resamples=50)


def test_files_are_counted_with_details_where_they_are_asked_for(files: tuple[Path, Path], ontology: Ontology) -> None:
    detailed = count_files(*files, ontology, details=True)
    assert detailed.keys == count_documents(ARTICLES, PREDICTIONS, ontology, details=True).keys
    assert len(detailed.keys) > len(count_files(*files, ontology).keys)
    assert has_details(detailed, "entities")


@pytest.mark.parametrize("missing", ["polarity", "source", "cluster"])
def test_a_gold_file_must_have_all_that_gold_has(files: tuple[Path, Path], missing: str, ontology: Ontology) -> None:
    gold, predicted = files
    (event,) = ARTICLES[1].events
    bare = msgspec.structs.replace(ARTICLES[1], events=(msgspec.structs.replace(event, **{missing: None}),))
    write_documents(gold, [ARTICLES[0], bare, *ARTICLES[2:]])
    with pytest.raises(DataError, match=f"jsonl:2, dt-0001, v1: found event without {missing}"):
        evaluate_files(gold, predicted, ontology)


def test_files_whose_documents_must_be_looked_at_alone_give_the_same_report(
    files: tuple[Path, Path], ontology: Ontology
) -> None:
    gold, predicted = files
    write_documents(predicted, ARTICLES)
    for details in (False, True):
        found = evaluate_files(gold, predicted, ontology, resamples=20, details=details)
        assert found == evaluate(ARTICLES, PREDICTIONS, ontology, resamples=20, details=details)


def test_a_file_of_several_batches_gives_the_report_of_one(
    files: tuple[Path, Path], ontology: Ontology, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = evaluate_files(*files, ontology, resamples=20, details=True)
    monkeypatch.setattr("detente.scoring.batch.DOCUMENTS", 3)
    assert evaluate_files(*files, ontology, resamples=20, details=True) == whole
    monkeypatch.setattr("detente.scoring.batch.NODES", 1)
    assert evaluate_files(*files, ontology, resamples=20, details=True) == whole


def test_faults_of_every_batch_are_told_together(ontology: Ontology, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("detente.scoring.batch.DOCUMENTS", 1)
    far = [Document(d.id, mentions=(Mention("m", 40, 44, "GPE"),)) for d in (ARTICLES[0], ARTICLES[2])]
    with pytest.raises(DataError) as raised:
        evaluate(ARTICLES, [*far, Document("dt-9999")], ontology)
    assert [fault.document for fault in raised.value.faults] == ["dt-0000", "dt-0002", "dt-9999"]


def test_all_faults_of_a_file_are_told_with_their_lines(files: tuple[Path, Path], ontology: Ontology) -> None:
    gold, predicted = files
    lines = [
        b'{"id": "dt-9999"}',
        b'{"id": "dt-0000", "mentions": [{"id": "m", "start": 0, "end": 6, "type": "PLANET"}]}',
        b"not json",
        b'{"id": "dt-0001", "mentions": [{"id": "m", "start": 40, "end": 44, "type": "GPE"}]}',
        b'{"id": "dt-0001"}',
    ]
    predicted.write_bytes(b"\n".join(lines))
    with pytest.raises(DataError) as raised:
        evaluate_files(gold, predicted, ontology)
    found = [(fault.line, fault.found) for fault in raised.value.faults]
    assert [line for line, _ in found] == [1, 2, 3, 4, 5]
    assert all(fault.path == str(predicted) for fault in raised.value.faults)
    assert "dt-9999" in found[0][1]
    assert "PLANET" in found[1][1]
    assert found[3][1] == "mention [40, 44)"
    assert "again" in found[4][1]


def test_every_item_beyond_the_end_of_the_text_is_told(files: tuple[Path, Path], ontology: Ontology) -> None:
    gold, predicted = files
    mentions = tuple(Mention(f"m{n}", 40 + n, 44 + n, "GPE") for n in range(3))
    write_documents(predicted, [Document("dt-0000", mentions=mentions)])
    with pytest.raises(DataError) as raised:
        evaluate_files(gold, predicted, ontology)
    assert [(fault.line, fault.item) for fault in raised.value.faults] == [(1, "m0"), (1, "m1"), (1, "m2")]


def test_the_gold_file_is_checked_first(files: tuple[Path, Path], ontology: Ontology) -> None:
    gold, predicted = files
    gold.write_bytes(b'{"id": "dt-0000"}\n')
    predicted.write_bytes(b"not json\n")
    with pytest.raises(DataError) as raised:
        evaluate_files(gold, predicted, ontology)
    assert {fault.path for fault in raised.value.faults} == {str(gold)}


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[Callable[[bytes], Path]]:
    """A pipe that what is given can be read from, once."""
    path, writers = tmp_path / "pipe", []

    def opened(content: bytes) -> Path:
        os.mkfifo(path)
        writers.append(threading.Thread(target=path.write_bytes, args=(content,)))
        writers[-1].start()
        return path

    yield opened
    for writer in writers:
        writer.join()


@pytest.mark.parametrize("details", [False, True])
@pytest.mark.parametrize("predictions", [PREDICTIONS, ARTICLES], ids=["bare", "with text"])
def test_predictions_from_a_pipe_are_read_once(
    files: tuple[Path, Path],
    pipe: Callable[[bytes], Path],
    predictions: list[Document],
    details: bool,
    ontology: Ontology,
) -> None:
    gold, predicted = files
    write_documents(predicted, predictions)
    found = evaluate_files(gold, pipe(predicted.read_bytes()), ontology, resamples=0, details=details)
    assert found == evaluate_files(gold, predicted, ontology, resamples=0, details=details)
    assert found.missing == ()


def test_a_fault_in_what_comes_from_a_pipe_has_its_line(
    files: tuple[Path, Path], pipe: Callable[[bytes], Path], ontology: Ontology
) -> None:
    gold, predicted = files
    far = Document("dt-0003", mentions=(Mention("m", 4, 3, "GPE"),))
    write_documents(predicted, [*PREDICTIONS[:3], far])
    with pytest.raises(DataError, match=r"pipe:4, dt-0003, m: found mention \[4, 3\)"):
        evaluate_files(gold, pipe(predicted.read_bytes()), ontology)


def test_a_gold_file_without_documents_is_refused_by_name(tmp_path: Path, ontology: Ontology) -> None:
    empty = tmp_path / "gold.jsonl"
    empty.write_bytes(b"")
    with pytest.raises(DataError, match=r"gold\.jsonl: found no gold document; expected at least one"):
        list(read_gold(empty, ontology))


def test_a_file_that_is_not_there_is_a_fault(files: tuple[Path, Path], tmp_path: Path, ontology: Ontology) -> None:
    with pytest.raises(DataError, match=r"absent\.jsonl"):
        evaluate_files(files[0], tmp_path / "absent.jsonl", ontology)
