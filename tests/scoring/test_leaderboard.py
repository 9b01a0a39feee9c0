"""From submissions to results, ranks and the static site."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.documents import Argument, Document, Entity, Event, Mention, Meta, Stance
from detente.errors import DataError
from detente.jsonl import write_documents
from detente.ontology import load_ontology
from detente.scoring.board import Board
from detente.scoring.board_pages import board_csv, system_page
from detente.scoring.evaluate import evaluate
from detente.scoring.leaderboard import build_board, load_result
from detente.scoring.ranking import shared_ranks

ONTOLOGY = load_ontology()
TEXT = "Syria asked Turkey for help after Israeli strikes."


def article(number: int) -> Document:
    """A gold document; all have the same text and annotation."""
    return Document(
        f"d{number:02}",
        text=TEXT,
        meta=Meta(title="T", sources=("https://example.org",), licence="CC0", story=f"s{number}"),
        mentions=(
            Mention("m1", 0, 5, "GPE", level="NAM", reading="government", entity="e1"),
            Mention("m2", 12, 18, "GPE", level="NAM", reading="government", entity="e2"),
            Mention("m3", 34, 41, "GPE", level="ADJ", reading="government", entity="e3"),
        ),
        entities=(Entity("e1", "Syria", "GPE"), Entity("e2", "Turkey", "GPE"), Entity("e3", "Israel", "GPE")),
        events=(
            Event("v1", "DEMAND_REQUEST", 6, 11, "POS", "ACTUAL", "author", None, "c1", (Argument("Requester", "m1"),)),
            Event("v2", "ATTACK", 42, 49, "POS", "ACTUAL", "author", None, "c2", (Argument("Attacker", "m3"),)),
        ),
        stances=(Stance("s1", "e1", "e2", "SUPPORT"),),
    )


GOLD = [article(number) for number in range(12)]
Change = Callable[[Document], Document]


def perfect(document: Document) -> Document:
    return Document(
        document.id,
        mentions=document.mentions,
        entities=document.entities,
        events=document.events,
        stances=document.stances,
    )


def half(document: Document) -> Document:
    """Only the first event; entities of one mention less."""
    return msgspec.structs.replace(
        perfect(document), mentions=document.mentions[:2], entities=document.entities[:2], events=document.events[:1]
    )


def almost(document: Document) -> Document:
    """As perfect, but for one document."""
    return half(document) if document.id == "d00" else perfect(document)


def entities_only(document: Document) -> Document:
    return Document(document.id, mentions=document.mentions, entities=document.entities)


class Site:
    """A folder with submissions, results and the site."""

    def __init__(self, folder: Path) -> None:
        self.submissions, self.results, self.site = folder / "submissions", folder / "results", folder / "board"

    def submit(self, name: str, change: Change, *, version: str = "1", documents: int = 12, more: str = "") -> Path:
        folder = self.submissions / name / version
        folder.mkdir(parents=True)
        write_documents(folder / "predictions.jsonl", [change(document) for document in GOLD[:documents]])
        head = f'name = "{name}"\nversion = "{version}"\n'
        facts = 'kind = "baseline"\ndescription = "About <b>it</b>"\nauthors = ["=cmd"]\nlicence = "MIT"\n'
        (folder / "system.toml").write_text(head + facts + more, encoding="utf-8")
        return folder

    def build(self) -> Board:
        return build_board(
            self.submissions, GOLD, ONTOLOGY, self.results, self.site, dataset="detente 0.1, test", resamples=200
        )

    def page(self, name: str = "index.html") -> str:
        return (self.site / name).read_text(encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def ranks(board: Board, column: str, setting: str = "e2e") -> dict[str, int | None]:
    [table] = [table for table in board.tables if table.setting == setting]
    return {row.name: row.cells[column].rank for row in table.rows}


# ----------------------------------------------------------------------------------------------------------- ranks


def test_systems_that_the_test_cannot_tell_apart_share_a_rank() -> None:
    values = {"a": 0.9, "b": 0.8, "c": 0.5, "d": 0.4}
    close = {frozenset("ab"), frozenset("cd")}
    found = shared_ranks(values, lambda one, other: 0.5 if frozenset((one, other)) in close else 0.001)
    assert found == {"a": 1, "b": 1, "c": 3, "d": 3}


def test_just_five_in_a_hundred_is_not_told_apart() -> None:
    assert shared_ranks({"a": 0.9, "b": 0.8}, lambda *_: 0.05) == {"a": 1, "b": 1}
    assert shared_ranks({"a": 0.9, "b": 0.8}, lambda *_: 0.0499) == {"a": 1, "b": 2}


def test_a_group_ends_at_the_first_that_differs_from_its_best() -> None:
    p = {frozenset("ab"): 0.001, frozenset("ac"): 0.5, frozenset("bc"): 0.5}
    found = shared_ranks({"a": 0.9, "b": 0.8, "c": 0.7}, lambda one, other: p[frozenset((one, other))])
    assert found == {"a": 1, "b": 2, "c": 2}


def test_many_comparisons_are_corrected() -> None:
    values = {str(number): -float(number) for number in range(5)}
    assert set(shared_ranks(values, lambda *_: 0.02).values()) == {1}
    assert shared_ranks({"0": 1.0, "1": 0.5}, lambda *_: 0.02) == {"0": 1, "1": 2}


@given(
    st.dictionaries(st.text("abc", min_size=1), st.sampled_from([0.1, 0.2, 0.3]), max_size=6),
    st.sampled_from([0.0, 1.0]),
)
def test_ranks_start_at_one_follow_the_values_and_do_not_depend_on_the_order(
    values: dict[str, float], p: float
) -> None:
    found = shared_ranks(values, lambda *_: p)
    assert found.keys() == values.keys()
    assert min(found.values(), default=1) == 1
    for one in values:
        for other in values:
            assert found[one] <= found[other] or values[one] <= values[other]
    assert shared_ranks(dict(reversed(values.items())), lambda *_: p) == found


# -------------------------------------------------------------------------------------------------- board and results


def test_the_board_ranks_by_overall_and_by_each_track(site: Site) -> None:
    site.submit("good", perfect)
    site.submit("poor", half)
    board = site.build()
    assert ranks(board, "overall") == {"good 1": 1, "poor 1": 2}
    assert ranks(board, "events") == {"good 1": 1, "poor 1": 2}
    assert ranks(board, "stance") == {"good 1": 1, "poor 1": 1}


def test_systems_that_differ_on_one_document_share_the_rank(site: Site) -> None:
    site.submit("good", perfect)
    site.submit("near", almost)
    assert ranks(site.build(), "overall") == {"good 1": 1, "near 1": 1}


def test_the_stored_result_is_what_evaluate_gives(site: Site) -> None:
    site.submit("poor", half)
    site.build()
    result = load_result(site.results / "poor" / "1.json")
    assert result.report == evaluate(GOLD, [half(document) for document in GOLD], ONTOLOGY, resamples=200)
    assert (result.system.name, result.dataset) == ("poor", "detente 0.1, test")


def test_a_system_that_enters_one_track_is_ranked_there_alone(site: Site) -> None:
    site.submit("good", perfect)
    site.submit("tagger", entities_only, more='tracks = ["entities"]\n')
    board = site.build()
    assert ranks(board, "overall")["tagger 1"] is None
    assert ranks(board, "entities") == {"good 1": 1, "tagger 1": 1}
    assert ranks(board, "coreference")["tagger 1"] is None


def test_a_track_entered_and_left_empty_counts_nothing_in_the_overall_score(site: Site) -> None:
    site.submit("tagger", entities_only)
    [table] = site.build().tables
    assert table.rows[0].cells["overall"].value == pytest.approx(1 / 3)
    assert table.rows[0].cells["events"].value is None


def test_the_two_settings_never_share_a_table(site: Site) -> None:
    site.submit("good", perfect)
    site.submit("oracle", perfect, more='setting = "given"\n')
    board = site.build()
    assert [(table.setting, [row.name for row in table.rows]) for table in board.tables] == [
        ("e2e", ["good 1"]),
        ("given", ["oracle 1"]),
    ]
    assert "overall" not in board.tables[1].columns
    assert site.page().count("<table") == 2


def test_documents_without_a_prediction_are_counted_on_the_board(site: Site) -> None:
    site.submit("short", perfect, documents=9)
    assert site.build().tables[0].rows[0].missing == 3
    assert "3 of 12 without prediction" in site.page()


def test_faults_of_all_submissions_are_told_and_nothing_is_written(site: Site) -> None:
    site.submit("good", perfect)
    for name in ("bad", "worse"):
        (site.submit(name, perfect) / "predictions.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        site.build()
    assert len(caught.value.faults) == 2
    assert not site.site.exists()
    assert not site.results.exists()


def test_progress_is_told_for_each_submission(site: Site) -> None:
    site.submit("good", perfect)
    site.submit("poor", half)
    told: list[tuple[int, int]] = []
    build_board(
        site.submissions,
        GOLD,
        ONTOLOGY,
        site.results,
        site.site,
        resamples=0,
        progress=lambda done, total: told.append((done, total)),
    )
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_an_empty_folder_is_no_board(site: Site) -> None:
    site.submissions.mkdir()
    with pytest.raises(DataError, match="no submission"):
        site.build()


def test_a_result_of_an_earlier_version_stays_loadable(tmp_path: Path) -> None:
    score = '{"value": 0.5}'
    stored = f"""{{
      "system": {{"name": "a", "version": "1", "kind": "baseline", "description": "d", "authors": ["x"],
                  "licence": "MIT", "field_of_another_version": 1}},
      "report": {{"setting": "e2e", "ontology": "detente 0.1", "gold": "00000000", "unit": "story", "resamples": 0,
                  "seed": 1, "documents": ["d1"], "primary": {{"entities": "F1"}},
                  "scores": {{"entities": {{"F1": {score}}}}}, "overall": {score}, "signatures": {{}}, "by": {{}}}}
    }}"""
    path = tmp_path / "1.json"
    path.write_text(stored, encoding="utf-8")
    assert load_result(path).report.board_value("entities") == 0.5


def test_what_is_no_result_is_refused(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text("{}", encoding="utf-8")
    for name in ("1.json", "2.json"):
        with pytest.raises(DataError, match=name):
            load_result(tmp_path / name)


# ------------------------------------------------------------------------------------------------------------ the site


class Links(HTMLParser):
    """Collects what a page links to or loads, and its scripts and tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action", "data")]
        assert not any(name.startswith("on") for name, _ in attrs)


def test_the_same_submissions_give_the_same_bytes(site: Site) -> None:
    site.submit("good", perfect)
    site.submit("poor", half, more='url = "https://example.org/poor"\n')

    def written() -> dict[str, bytes]:
        paths = [path for root in (site.results, site.site) for path in sorted(root.rglob("*")) if path.is_file()]
        return {str(path): path.read_bytes() for path in paths}

    site.build()
    first = written()
    site.build()
    assert written() == first
    assert len(first) == 2 + 1 + 2 + 2


def test_each_page_says_how_it_was_generated_allows_no_network_and_keeps_its_links(site: Site) -> None:
    site.submit("good", perfect, more='url = "https://example.org/?a=1&b=2"\n')
    site.build()
    pages = sorted(site.site.rglob("*.html"))
    assert len(pages) == 2
    for path in pages:
        page = path.read_text(encoding="utf-8")
        assert page.splitlines()[0] == "<!doctype html><!-- generated by: detente leaderboard build -->"
        assert "default-src &#39;none&#39;" in page
        assert "unsafe" not in page
        for link in Links(page).links:
            local = not re.match(r"[a-z]+:|//", link)
            assert (path.parent / link).exists() if local else link == "https://example.org/?a=1&b=2"


def test_a_description_with_markup_stays_text(site: Site) -> None:
    site.submit("good", perfect)
    site.build()
    page = site.page("systems/good--1.html")
    assert "About &lt;b&gt;it&lt;/b&gt;" in page
    assert set(Links(page).tags).isdisjoint({"img", "iframe", "object", "form"})


def test_the_page_names_what_is_needed_to_read_the_figures(site: Site) -> None:
    site.submit("good", perfect)
    board = site.build()
    page = site.page()
    for words in ("12 documents", "detente 0.1, test", board.gold, "AC+", "CoNLL", "200 resamples", "permutation test"):
        assert words in page
    for signature in board.tables[0].signatures.values():
        assert signature in page


def test_every_column_can_be_sorted_by_a_button_in_its_heading(site: Site) -> None:
    site.submit("good", perfect)
    site.build()
    head = re.search(r"<thead>(.*?)</thead>", site.page(), re.DOTALL)
    assert head
    assert head.group(1).count("<th ") == head.group(1).count("<button") == 3 + 6
    assert head.group(1).count('aria-sort="ascending"') == 1


def test_a_system_s_page_gives_its_figures_by_type(site: Site) -> None:
    site.submit("poor", half, version="0.1-rc.2")
    site.build()
    page = site.page("systems/poor--0.1-rc.2.html")
    for words in ("Entities by type", "ATTACK", "Requester", "Stance by label", "=cmd"):
        assert words in page


def test_the_page_of_a_system_no_longer_submitted_goes_but_no_other_file(site: Site) -> None:
    site.submit("good", perfect)
    folder = site.submit("old", half)
    site.build()
    (site.site / "systems" / "mine.html").write_text("my own", encoding="utf-8")
    for path in (*folder.iterdir(), folder, folder.parent):
        path.unlink() if path.is_file() else path.rmdir()
    site.build()
    assert sorted(path.name for path in (site.site / "systems").iterdir()) == ["good--1.html", "mine.html"]


def test_the_board_as_json_is_the_board(site: Site) -> None:
    site.submit("good", perfect)
    board = site.build()
    text = site.page("board.json")
    assert msgspec.json.decode(text, type=Board) == board
    assert next(iter(json.loads(text))) == "generated_by"


def test_a_csv_cell_that_a_spreadsheet_could_run_is_quoted(site: Site) -> None:
    site.submit("good", perfect)
    [row] = csv.DictReader(io.StringIO(board_csv(site.build())))
    assert row["authors"] == "'=cmd"
    assert (row["system"], row["overall"], row["overall_rank"], row["documents"]) == ("good", "1.0", "1", "12")


def test_a_stored_address_that_is_no_web_address_is_never_a_link(site: Site) -> None:
    site.submit("one", perfect)
    site.build()
    result = load_result(site.results / "one" / "1.json")
    for url, linked in (("https://example.org/one", True), ("javascript:alert(1)", False)):
        changed = msgspec.structs.replace(result, system=msgspec.structs.replace(result.system, url=url))
        assert (f'href="{url}"' in system_page(changed, ONTOLOGY)) == linked
