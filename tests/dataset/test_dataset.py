from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest

from detente.dataset.build import build_dataset
from detente.dataset.features import CONFIGURATIONS
from detente.dataset.hydrate import hydrate
from detente.dataset.load import load_split
from detente.dataset.splits import SplitDates, assign_splits, read_split_dates
from detente.documents import Document, text_hash, without_text
from detente.errors import DataError
from detente.ontology import Ontology

replace = msgspec.structs.replace
DATES = SplitDates("2024-01-01", "2025-01-01")


def dated(document: Document, name: str, published: str, story: str) -> Document:
    assert document.meta is not None
    return replace(document, id=name, meta=replace(document.meta, published=published, story=story))


@pytest.fixture(scope="module")
def documents(gold: Document) -> list[Document]:
    core = [
        dated(gold, "dx-0001", "2023-05-01", "old"),
        dated(gold, "dx-0002", "2024-05-01", "middle"),
        dated(gold, "dx-0003", "2025-05-01", "new"),
    ]
    return [*core, without_text(dated(gold, "dx-0004", "2025-06-01", "elsewhere"))]


@pytest.fixture(scope="module")
def folder(documents: list[Document], ontology: Ontology, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("built") / "data"
    build_dataset(documents, path, ontology, DATES)
    return path


def test_documents_come_back_from_the_files_with_heads_filled_in(folder: Path, documents: list[Document]) -> None:
    for split, document in zip(("train", "validation", "test"), documents, strict=False):
        found = load_split(folder, split)
        assert len(found) == 1
        assert all(mention.head is not None for mention in found[0].mentions)
        bare = tuple(replace(m, head=o.head) for m, o in zip(found[0].mentions, document.mentions, strict=True))
        assert replace(found[0], mentions=bare) == document


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_every_configuration_loads_offline_streaming_or_not_with_the_same_features(
    folder: Path, configuration: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    whole = datasets.load_dataset(str(folder), configuration, cache_dir=str(tmp_path))
    streamed = datasets.load_dataset(str(folder), configuration, streaming=True, cache_dir=str(tmp_path))
    assert list(whole) == (["test"] if configuration == "standoff" else ["train", "validation", "test"])
    for split in whole:
        assert whole[split].features == streamed[split].features
        assert list(whole[split]) == list(streamed[split])


def test_a_stand_off_article_leaves_no_word_of_its_text(folder: Path, gold: Document) -> None:
    assert gold.text is not None
    document = load_split(folder, "test", "standoff")[0]
    assert document.text is None
    assert document.meta is not None
    assert document.meta.title == ""
    everything = b"".join(path.read_bytes() for path in (folder / "standoff").iterdir())
    assert b"Sudria Signs Pact" not in everything
    assert b"signed a defence pact" not in everything


def test_a_stand_off_article_is_hydrated_only_with_the_very_text(folder: Path, gold: Document) -> None:
    assert gold.text is not None
    document = load_split(folder, "test", "standoff")[0]
    joined = hydrate(document, gold.text.encode())
    assert joined.text == gold.text
    assert joined.meta is not None
    assert joined.meta.title == "Sudria Signs Pact With Norland"
    assert text_hash(gold.text) == joined.meta.sha256
    with pytest.raises(DataError, match="SHA-256"):
        hydrate(document, gold.text.replace("Keld", "Kald").encode())


def test_the_same_documents_give_the_same_bytes(folder: Path, documents: list[Document], ontology: Ontology) -> None:
    before = {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    build_dataset(documents, folder, ontology, DATES)
    assert {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()} == before


def test_checksums_name_every_file(folder: Path) -> None:
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    listed = {name: digest for digest, name in (line.split("  ") for line in lines)}
    files = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file() and p.name != "SHA256SUMS"}
    assert listed == {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def test_a_fault_in_the_gold_leaves_the_old_dataset(
    folder: Path, documents: list[Document], ontology: Ontology
) -> None:
    before = (folder / "SHA256SUMS").read_bytes()
    broken = replace(documents[0], entities=())
    with pytest.raises(DataError, match="dx-0001"):
        build_dataset([broken], folder, ontology, DATES)
    assert (folder / "SHA256SUMS").read_bytes() == before
    assert not [path for path in folder.parent.iterdir() if path != folder]


def test_a_story_goes_whole_to_the_split_of_its_first_article(gold: Document) -> None:
    story = [dated(gold, "a", "2023-12-31", "s"), dated(gold, "b", "2025-02-01", "s")]
    assert [d.id for d in assign_splits(story, DATES)["train"]] == ["a", "b"]


def test_a_document_without_story_is_refused(gold: Document) -> None:
    with pytest.raises(DataError, match="no date or no story"):
        assign_splits([dated(gold, "a", "2024-01-01", "")], DATES)


def test_a_splits_file_that_does_not_parse_is_named(tmp_path: Path) -> None:
    path = tmp_path / "splits.toml"
    path.write_text("validation = 1\n")
    with pytest.raises(DataError, match=r"splits\.toml"):
        read_split_dates(path)


def test_sentences_carry_tokens_flat_tags_and_nested_spans(folder: Path) -> None:
    datasets = pytest.importorskip("datasets")
    rows = datasets.Dataset.from_parquet(str(folder / "entities" / "train.parquet"), cache_dir=str(folder.parent / "c"))
    first = rows[0]
    tags = rows.features["tags"].feature
    flat = [tags.int2str(tag) for tag in first["tags"]]
    assert dict(zip(first["tokens"], flat, strict=True))["Sudria"] == "B-GPE"
    for span in first["spans"]:
        tokens = first["tokens"][span["token_start"] : span["token_end"]]
        assert first["text"][span["start"] - first["start"] :].startswith(tokens[0])
    depth = [s for s in first["spans"] if s["mention"] in ("m5", "m6")]
    assert len(depth) == 2


def test_pairs_without_a_stance_are_generated_as_none(folder: Path, ontology: Ontology) -> None:
    datasets = pytest.importorskip("datasets")
    rows = datasets.Dataset.from_parquet(str(folder / "stance" / "train.parquet"), cache_dir=str(folder.parent / "c"))
    label = rows.features["label"]
    found = {(row["holder"], row["target"]): label.int2str(row["label"]) for row in rows if row["target_kind"] == 0}
    assert found["Sudria", "Norland"] in ("OPPOSE", ontology.stance.none)
    assert [label.int2str(row["label"]) for row in rows].count("OPPOSE") == 1
    assert ontology.stance.none in found.values()


def test_the_card_counts_what_is_there(folder: Path) -> None:
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "| articles | 1 | 1 | 1 | 3 |" in card
    assert "| event mentions | 5 | 5 | 5 | 15 |" in card
    assert "| SIGN_AGREEMENT | 1 | 1 | 1 | 3 |" in card
