from __future__ import annotations

import json
from pathlib import Path

import pytest

from detente.errors import DataError
from detente.formats.foreign import Attitude
from detente.formats.plover import read_plover
from detente.formats.seesaw import read_seesaw
from detente.formats.wikievents import read_wikievents

# two sentences in the form of WikiEvents, the second's offsets going on from the first's without a space
ROW = {
    "doc_id": "made-up",
    "sentences": [
        [[["Varn", 0, 4], ["fell", 5, 9], [".", 9, 10]], "Varn fell."],
        [[["Troops", 10, 16], ["fled", 17, 21]], "Troops fled"],
    ],
    "entity_mentions": [{"start": 0, "end": 1, "entity_type": "GPE"}, {"start": 3, "end": 4, "entity_type": "ORG"}],
    "event_mentions": [{"event_type": "Conflict.Attack.Unspecified", "trigger": {"start": 4, "end": 5}}],
}


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_spans_of_wikievents_are_found_in_a_text_with_spaces_between_sentences(tmp_path: Path) -> None:
    (found,) = read_wikievents(write(tmp_path / "dev.jsonl", ROW))
    text = found.document.text or ""
    assert text == "Varn fell. Troops fled"
    assert [(text[m.start : m.end], m.label) for m in found.mentions] == [("Varn", "GPE"), ("Troops", "ORG")]
    assert [text[m.start : m.end] for m in found.triggers] == ["fled"]


def test_every_span_of_the_real_wikievents_stands_where_the_corpus_says(shared: Path) -> None:
    path = shared / "real" / "wikievents" / "test.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    for row, found in zip(rows, read_wikievents(path), strict=True):
        text = found.document.text or ""
        for item, mark in zip(row["entity_mentions"], found.mentions, strict=True):
            assert "".join(text[mark.start : mark.end].split()) == "".join(row["tokens"][item["start"] : item["end"]])


def test_a_line_of_another_form_is_refused_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "dev.jsonl"
    path.write_text(json.dumps(ROW) + '\n{"doc_id": "x"}\n', encoding="utf-8")
    with pytest.raises(DataError, match="sentences") as error:
        list(read_wikievents(path))
    assert error.value.faults[0].line == 2


def test_records_of_plover_have_one_type_and_the_file_about_files_is_left_out(tmp_path: Path) -> None:
    record = {"id": "r1", "event": "REJECT", "text": "Varn said no."}
    found = list(read_plover(write(tmp_path / "gsr.txt", [{"id": "r0", "event": "DOCUMENT"}, record])))
    assert [(one.document.id, one.labels) for one in found] == [("r1", ("REJECT",))]


def test_sentences_of_seesaw_come_with_who_is_for_or_against_whom(tmp_path: Path) -> None:
    stance = {"subject": "Ana Reld", "object": "Keld", "sentiment": "NEG"}
    write(tmp_path / "annotations" / "a.json", {"sentence-level stances": {"1": [stance], "2": []}})
    write(
        tmp_path / "articles" / "a.json",
        {"text": [{"id": 1, "text": "Ana Reld blamed Keld."}, {"id": 2, "text": "So."}]},
    )
    (found,) = read_seesaw(tmp_path)
    assert (found.document.text, found.attitudes) == ("Ana Reld blamed Keld.", (Attitude("Ana Reld", "Keld", "NEG"),))


def test_a_missing_article_of_seesaw_is_named(tmp_path: Path) -> None:
    write(tmp_path / "annotations" / "a.json", {"sentence-level stances": {}})
    with pytest.raises(DataError, match=r"articles/a\.json"):
        list(read_seesaw(tmp_path))


def test_the_real_corpora_are_read_whole(shared: Path) -> None:
    real = shared / "real"
    assert len(list(read_plover(real / "plover_gsr" / "PLOVER_GSR_CAMEO.txt"))) == 322
    assert sum(len(one.attitudes) for one in read_seesaw(real / "seesaw" / "SEESAW")) == 10_619
