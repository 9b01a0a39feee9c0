"""A subject of one's own, by the command line alone: an ontology file and articles in, a scored dataset out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from detente.annotation.serve import Running

pytestmark = pytest.mark.live

ONTOLOGY = Path(__file__).resolve().parents[1] / "recalls/ontology.toml"
PASSWORD = "not-a-secret-1"
ANN, BEN, CAT = "ann@recalls.example", "ben@recalls.example", "cat@recalls.example"

ARTICLES = {
    "r-1": (
        "2021-03-01",
        "Heaters go back",
        (
            "Warmco recalled its Glow heaters on Monday after two of them burned tenants. "
            "The Safety Board criticised Warmco."
        ),
    ),
    "r-2": (
        "2023-03-01",
        "Board tests kettles",
        (
            "The Safety Board is testing Kettle Two. Brewly will recall it if the tests fail. "
            "Consumers United praised the Safety Board."
        ),
    ),
}
GOLD = {
    "r-1": """
M m1 1 "Warmco" MAKER PROPER = Warmco
M m2 1 "Glow heaters" PRODUCT PROPER = Glow heater
M m3 1 "Monday" DAY value=2021-03-01
M m4 1 "tenants" BODY COMMON = tenants
M m5 2 "Safety Board" BODY PROPER = Safety Board
M m6 2 "Warmco" MAKER PROPER = Warmco
E v1 1 "recalled" RECALL YES DONE source=author Recaller=m1 Recalled=m2 When=m3 Because=v2
E v2 1 "burned" HARM YES DONE source=author Hurt=m4 Source_of_harm=m2
S s1 2 "criticised" holder=m5 target=m6 AGAINST EXPLICIT source=author
""",
    "r-2": """
M m1 1 "Safety Board" BODY PROPER = Safety Board
M m2 1 "Kettle Two" PRODUCT PROPER = Kettle Two
M m3 2 "Brewly" MAKER PROPER = Brewly
M m4 2 "it" PRODUCT PRONOUN = Kettle Two
M m5 3 "Consumers United" BODY PROPER = Consumers United
M m6 3 "Safety Board" BODY PROPER = Safety Board
E v1 1 "testing" PROBE YES DONE source=author Prober=m1 Probed=m2
E v2 2 "recall" RECALL YES ANNOUNCED source=author if="if the tests fail" Recaller=m3 Recalled=m4
S s1 3 "praised" holder=m5 target=m6 FOR EXPLICIT source=author
""",
}
# the second annotator sees a future recall where the first sees a feared one, and overlooks a stance
OTHER = {"r-1": GOLD["r-1"], "r-2": GOLD["r-2"].replace("ANNOUNCED", "FEARED").partition("S s1")[0]}
Command = Callable[..., str]


@pytest.fixture
def detente(running: Running, tmp_path: Path) -> Command:
    """The command, run in an empty folder, as the user of a token; gives what it prints."""

    def run(*arguments: str, token: str = running.token) -> str:
        access = {"DETENTE_URL": running.address, "DETENTE_TOKEN": token, "NO_COLOR": "1", "COLUMNS": "200"}
        environment = {**os.environ, **access, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", "detente", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def write_folder(folder: Path) -> None:
    (folder / "articles").mkdir()
    for name, (day, title, text) in ARTICLES.items():
        (folder / f"articles/{name}.txt").write_text(f"{title}\n\n{text}\n", "utf-8")
        facts = f'id = "{name}"\ntitle = "{title}"\npublished = "{day}"\nstory = "{name}"\nlicence = "CC0-1.0"\n'
        facts += 'language = "en"\nfamily = "recalls"\nregion = "europe"\nkind = "news"\nsources = []\n'
        facts += 'debris = []\nsubheadings = []\n[provenance]\ntext = { kind = "human" }\n'
        (folder / f"articles/{name}.toml").write_text(facts, "utf-8")
    for who, quotes in (("ann", GOLD), ("ben", OTHER), ("cat", GOLD)):
        (folder / who).mkdir()
        for name, lines in quotes.items():
            (folder / who / f"{name}.quotes").write_text(lines, "utf-8")
    (folder / "kept").mkdir()
    people = "".join(f'["{name}"]\nkind = "human"\n' for name in (ANN, BEN, CAT))
    (folder / "kept/annotators.toml").write_text(people, "utf-8")
    plan = f'annotators = ["{ANN}", "{BEN}"]\nversion = "recalls"\ndouble = 1.0\n'
    (folder / "plan.toml").write_text(plan, "utf-8")
    (folder / "splits.toml").write_text('validation_from = "2022-01-01"\ntest_from = "2023-01-01"\n', "utf-8")


def test_product_recalls_go_from_articles_to_a_scored_dataset(
    detente: Command, running: Running, tmp_path: Path
) -> None:
    write_folder(tmp_path)
    own = ("--ontology", str(ONTOLOGY))
    page = detente("annotate", "config", "full", *own)
    for name in ("MAKER", "PRODUCT", "RECALL", "Source_of_harm", "ANNOUNCED", "TORN", "PRONOUN"):
        assert f'"{name}"' in page
    for name in ("GPE", "SIGN_AGREEMENT", "government", "SUPPORT", "NAM"):
        assert f'"{name}"' not in page
    detente("ingest", "articles/r-1.txt", "articles/r-2.txt", "-o", "documents.jsonl")
    tokens = {who: detente("annotate", "user", who, "--password", PASSWORD).strip() for who in (ANN, BEN, CAT)}
    told = detente("annotate", "push", "documents.jsonl", "--plan", "plan.toml", *own)
    assert told.count("2 added, 0 there already") == 2
    for who in (ANN, BEN):
        told = detente(
            *("annotate", "submit", "documents.jsonl", who.partition("@")[0], "--version", "recalls", *own),
            token=tokens[who],
        )
        assert "2 articles, 2 new or changed" in told
    kept = ("--exports", "kept/exports")
    detente("annotate", "pull", "--version", "recalls", *kept, *own)
    rows = json.loads(detente("annotate", "agree", *kept, "--format", "json", *own))
    figures = {f"{row['layer']}: {row['measure']}": row["value"] for row in rows}
    assert figures["mentions: F1, PROPER"] == figures["events: trigger with type, F1"] == "1.000"
    assert figures["stance: holder, target, label, F1"] == "0.667"
    assert "mentions: reading, alpha" not in figures
    modality = next(row for row in rows if row["measure"] == "modality, alpha")
    assert modality["labels"] == "DONE 6, ANNOUNCED 1, FEARED 1"
    detente("annotate", "adjudicate", "documents.jsonl", "--adjudicator", CAT, "--drafts", "drafts", *kept, *own)
    assert "# D1 A:" in (tmp_path / "drafts/r-2.quotes").read_text("utf-8")
    detente("annotate", "submit", "documents.jsonl", "cat", "--version", "gold", *own, token=tokens[CAT])
    detente("annotate", "pull", "--version", "gold", *kept, *own)
    built = detente("data", "build", *kept, "--splits", "splits.toml", "--data", "data", *own)
    assert "train 1, validation 0, test 1" in built
    assert "2 documents, no faults" in detente("data", "validate", "data", *own)
    detente("data", "export", "test", "--data", "data", "-o", "gold.jsonl")
    (line,) = (tmp_path / "gold.jsonl").read_text("utf-8").splitlines()
    gold = json.loads(line)
    assert [(event["type"], event["modality"]) for event in gold["events"]] == [
        ("PROBE", "DONE"),
        ("RECALL", "ANNOUNCED"),
    ]
    perfect = {key: value for key, value in gold.items() if key not in ("text", "meta", "blocks")}
    poorer = perfect | {"stances": []}
    for name, predicted in (("perfect", perfect), ("poorer", poorer)):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(predicted) + "\n", "utf-8")
    scores = {
        name: json.loads(
            detente("score", f"{name}.jsonl", "--data", "data", "--resamples", "0", "--format", "json", *own)
        )
        for name in ("perfect", "poorer")
    }
    assert scores["perfect"]["overall"]["value"] == 1
    assert scores["poorer"]["overall"]["value"] < 1
