"""Training, storing and predicting as plain functions."""

from __future__ import annotations

import gc
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from detente.baselines import (
    BASELINES,
    Model,
    load_model,
    make_settings,
    predict_documents,
    read_settings,
    storage,
    train,
)
from detente.documents import Document
from detente.errors import DataError, UsageError
from detente.ontology import Ontology


def test_an_unknown_name_lists_what_exists_and_suggests_the_nearest(
    train_documents: list[Document], ontology: Ontology, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="'clasical'; there are: majority, gazetteer, classical; did you mean 'cla"):
        train("clasical", train_documents, ontology, None, tmp_path / "model")


def test_a_name_like_no_other_gets_no_suggestion() -> None:
    with pytest.raises(UsageError, match=r"classical$"):
        make_settings("zzz")


def test_every_baseline_has_its_settings_file_which_states_all_defaults(root: Path, name: str) -> None:
    path = root / "baselines" / f"{name}.toml"
    found, settings = read_settings(path)
    assert (found, settings) == (name, make_settings(name))
    stated = tomllib.loads(path.read_text(encoding="utf-8"))
    assert stated == {"baseline": name, **msgspec.to_builtins(settings)}


def test_the_folder_of_settings_holds_nothing_else(root: Path) -> None:
    assert sorted(path.stem for path in (root / "baselines").glob("*.toml")) == sorted(BASELINES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('baseline = "majority"\nspeed = 3\n', "speed"),
        ('baseline = "majority"\ntrigger_share = "half"\n', "trigger_share"),
        ("trigger_share = 0.5\n", "no `baseline`"),
        ("baseline = \n", "Invalid value"),
    ],
)
def test_settings_that_are_wrong_are_refused_with_file_and_setting(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"mine\.toml.*") as caught:
        read_settings(path)
    assert message in str(caught.value)


def test_a_missing_settings_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.toml: found No such file"):
        read_settings(tmp_path / "none.toml")


def test_settings_of_another_baseline_are_refused(
    train_documents: list[Document], ontology: Ontology, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="GazetteerSettings are no settings of baseline 'majority'"):
        train("majority", train_documents, ontology, make_settings("gazetteer"), tmp_path / "model")


def test_training_on_nothing_is_refused(ontology: Ontology, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no documents to train"):
        train("majority", [], ontology, None, tmp_path / "model")


def test_settings_are_stored_with_the_model(
    train_documents: list[Document], ontology: Ontology, tmp_path: Path
) -> None:
    settings = make_settings("majority", {"trigger_share": 0.9})
    train("majority", train_documents, ontology, settings, tmp_path / "model")
    manifest = storage.read_manifest(tmp_path / "model")
    assert manifest.settings == {"trigger_share": 0.9}
    assert manifest.documents == len(train_documents)
    assert manifest.ontology == ontology


def test_a_model_takes_the_place_of_an_older_one(
    train_documents: list[Document], ontology: Ontology, tmp_path: Path
) -> None:
    train("gazetteer", train_documents, ontology, None, tmp_path / "model")
    train("majority", train_documents, ontology, None, tmp_path / "model")
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == ["majority.json", "model.json"]
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_a_folder_with_something_else_in_it_is_left_alone(
    train_documents: list[Document], ontology: Ontology, tmp_path: Path
) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(UsageError, match="is no trained model"):
        train("majority", train_documents, ontology, None, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError])
def test_an_interruption_while_storing_leaves_the_older_model(
    train_documents: list[Document], ontology: Ontology, tmp_path: Path, error: type[BaseException]
) -> None:
    folder = tmp_path / "model"
    train("majority", train_documents, ontology, None, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def interrupted(new: Path) -> None:
        (new / "half.json").write_bytes(b"{")
        raise error

    with pytest.raises(error):
        storage.write_folder(folder, interrupted)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_an_interrupted_first_training_leaves_nothing(tmp_path: Path) -> None:
    def interrupted(new: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        storage.write_folder(tmp_path / "model", interrupted)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"model\.json: found No such file.*Train the model anew"):
        load_model(tmp_path)


def test_every_broken_file_of_a_model_is_named(
    name: str, train_documents: list[Document], ontology: Ontology, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    train(name, train_documents, ontology, None, folder)
    for path in sorted(folder.iterdir()):
        whole = path.read_bytes()
        for broken in (b"{", None):
            if broken is None:
                path.unlink()
            else:
                path.write_bytes(broken)
            with pytest.raises(DataError, match=path.name):
                load_model(folder)
        path.write_bytes(whole)
    load_model(folder)


def test_predicting_streams(models: dict[str, Model], test_documents: list[Document]) -> None:
    taken = []

    def source() -> Iterator[Document]:
        for document in test_documents:
            taken.append(document.id)
            yield document

    model = models["majority"]
    predictions = predict_documents(model, source())
    assert next(predictions).id == test_documents[0].id
    assert taken == [test_documents[0].id]


def test_predicting_leaves_the_garbage_collector_as_it_was(
    models: dict[str, Model], test_documents: list[Document]
) -> None:
    before = gc.get_freeze_count()
    predictions = predict_documents(models["majority"], test_documents)
    next(predictions)
    del predictions
    list(predict_documents(models["majority"], test_documents))
    assert gc.get_freeze_count() == before


def test_predictions_come_in_the_order_of_the_documents(
    models: dict[str, Model], test_documents: list[Document]
) -> None:
    model = models["majority"]
    ids = [prediction.id for prediction in predict_documents(model, test_documents)]
    assert ids == [document.id for document in test_documents]


def test_progress_is_told_to_the_end(
    name: str, train_documents: list[Document], test_documents: list[Document], ontology: Ontology, tmp_path: Path
) -> None:
    told: list[tuple[str, int, int]] = []

    def report(what: str, done: int, total: int) -> None:
        told.append((what, done, total))

    model = train(name, train_documents, ontology, None, tmp_path / "model", report)
    list(predict_documents(model, test_documents, progress=report))
    training = [(done, total) for what, done, total in told if what == "train"]
    assert training == [(done, training[0][1]) for done in range(1, training[0][1] + 1)]
    assert told[-1] == ("predict", len(test_documents), len(test_documents))
