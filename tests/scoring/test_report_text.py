"""Reports and boards as text."""

from __future__ import annotations

import json

import msgspec
import pytest

from detente.documents import Argument, Document, Event, Mention
from detente.errors import UsageError
from detente.ontology import load_ontology
from detente.scoring.board import Board, BoardTable, Cell, Row
from detente.scoring.evaluate import evaluate
from detente.scoring.report import Report
from detente.scoring.report_text import FORMATS, board_markdown, board_text, figure, format_report, markdown_table
from detente.scoring.submissions import System

ONTOLOGY = load_ontology()
MENTIONS = (Mention("m1", 0, 5, "GPE", level="NAM"), Mention("m2", 12, 18, "GPE", level="NAM"))
EVENT = Event("v1", "CONSULT", 6, 11, "POS", "ACTUAL", arguments=(Argument("Participant", mention="m1"),))
GOLD = [Document("d1", text="Syria asked Turkey.", mentions=MENTIONS, events=(EVENT,)), Document("d2", text="Nothing.")]


@pytest.fixture(scope="module")
def report() -> Report:
    """One mention of two found, the event's trigger found, its argument not; nothing for stance."""
    predicted = Document("d1", mentions=MENTIONS[:1], events=(msgspec.structs.replace(EVENT, arguments=()),))
    return evaluate(GOLD, [predicted], ONTOLOGY, resamples=100)


@pytest.mark.parametrize(
    ("value", "text"), [(0.6128, ".613"), (1.0, "1.000"), (0.0, ".000"), (0.9999, "1.000"), (None, "–")]
)
def test_a_value_has_three_decimals_and_no_leading_zero(value: float | None, text: str) -> None:
    assert figure(value) == text


def test_the_text_gives_each_primary_with_interval_and_support(report: Report) -> None:
    lines = format_report(report).splitlines()
    assert lines[0] == f"End to end: 2 documents, gold {report.gold}"
    [entities] = [line.split() for line in lines if line.lstrip().startswith("entities")]
    assert entities == ["entities", "F1", ".667", ".667", "to", ".667", "1.000", ".500", "2", "1"]
    assert [line.split()[0] for line in lines if "F1" in line or "CoNLL" in line or "AC+" in line][:5] == [
        "entities",
        "coreference",
        "events",
        "attributes",
        "stance",
    ]


def test_the_text_says_what_is_missing_and_how_to_repeat_it(report: Report) -> None:
    text = format_report(report)
    assert "Without a prediction, scored as empty: d2." in text
    assert "not submitted" in text
    for signature in report.signatures.values():
        assert signature in text.splitlines()


@pytest.mark.parametrize(("missing", "rest"), [(10, "d09."), (11, "d09 and 1 more."), (13, "d09 and 3 more.")])
def test_of_many_documents_without_a_prediction_ten_are_named(missing: int, rest: str) -> None:
    gold = [Document(f"d{number:02}", text="Nothing.") for number in range(missing)]
    text = format_report(evaluate(gold, [], ONTOLOGY, resamples=0))
    [line] = [line for line in text.splitlines() if line.startswith("Without a prediction")]
    assert line.endswith(rest)


def test_details_add_every_metric_and_every_breakdown(report: Report) -> None:
    plain, detailed = format_report(report), format_report(report, details=True)
    for words in ("all levels", "TC", "Entities by type", "CONSULT", "Participant"):
        assert words in detailed
        assert words not in plain


@pytest.fixture(scope="module")
def detailed() -> Report:
    predicted = Document("d1", mentions=(MENTIONS[0], Mention("x", 12, 17, "GPE", level="NAM")), events=(EVENT,))
    return evaluate(GOLD, [predicted], ONTOLOGY, resamples=0, details=True)


def test_details_add_the_mean_over_documents_and_the_kinds_of_errors(detailed: Report) -> None:
    lines = format_report(detailed, details=True).splitlines()
    [heading] = [line for line in lines if "Track" in line]
    assert heading.endswith("Document mean")
    assert ["wrong", "boundary", "1"] in [line.split() for line in lines]
    assert "document macro" not in "\n".join(lines)


def test_a_breakdown_by_name_comes_alone(detailed: Report) -> None:
    text = format_report(detailed, by=["role"])
    assert "Events by role" in text
    assert "Entities by type" not in text
    assert "all levels" not in text
    assert "by document" not in format_report(detailed, details=True).lower()


def test_documents_have_a_row_each_with_a_column_for_each_track(detailed: Report) -> None:
    lines = format_report(detailed, by=["document"]).splitlines()
    [row] = [line.split() for line in lines if line.lstrip().startswith("d1")]
    assert row == ["d1", ".500", "–", "1.000", "1.000", "–"]
    assert "| d1 | .500 | – | 1.000 | 1.000 | – |" in format_report(detailed, "markdown", by=["document"])


def test_a_slice_is_told_as_a_share(detailed: Report) -> None:
    lines = format_report(detailed, by=["slice"]).splitlines()
    assert any("Share found" in line for line in lines)
    assert ["level", "NAM", ".500", "–", "2"] in [line.split() for line in lines]


def test_an_unknown_breakdown_is_refused(detailed: Report) -> None:
    with pytest.raises(UsageError, match="type, role, slice, document"):
        format_report(detailed, by=["weather"])


def test_no_figure_is_cut_on_a_narrow_terminal(report: Report) -> None:
    for width in (20, 80, 200):
        text = format_report(report, details=True, width=width)
        assert "…" not in text
        assert text.count(".667") == format_report(report, details=True).count(".667")


def test_escape_sequences_come_only_where_colour_is_asked_for(report: Report) -> None:
    assert "\x1b" not in format_report(report, details=True)
    assert "\x1b" in format_report(report, details=True, color=True)


def test_the_json_is_the_report(report: Report) -> None:
    text = format_report(report, "json")
    assert msgspec.json.decode(text, type=Report) == report
    assert json.loads(text)["scores"]["entities"]["F1"]["support"] == 2


def test_the_markdown_is_a_table(report: Report) -> None:
    lines = format_report(report, "markdown", details=True).splitlines()
    assert "| entities | F1 | .667 | .667 to .667 | 1.000 | .500 | 2 | 1 |" in lines
    assert "**entities by type**" in lines
    assert f"- `{report.signatures['events']}`" in lines


def test_an_unknown_format_is_refused_with_those_there_are(report: Report) -> None:
    with pytest.raises(UsageError, match=", ".join(FORMATS)):
        format_report(report, "html")


def test_every_format_ends_in_one_line_feed(report: Report) -> None:
    for name in FORMATS:
        text = format_report(report, name)
        assert text.endswith("\n")
        assert not text.endswith("\n\n")


def test_markup_in_a_cell_stays_text() -> None:
    table = markdown_table(("a", "b"), [("x | y\nz", "[link](x) <b> `c` *d*")], left=1)
    assert table[2] == r"| x \| y z | \[link\](x) \<b\> \`c\` \*d\* |"


# ------------------------------------------------------------------------------------------------------ the board


def board() -> Board:
    system = System("tagger", "1.0", "baseline", "A tagger", ("A",), "MIT")
    cells = {"overall": Cell(0.5, 0.25, 0.75, 1), "entities": Cell(0.625, 0.5, 0.7, 12), "events": Cell()}
    table = BoardTable("e2e", tuple(cells), {"overall": "x"}, (Row(system, cells, missing=3),))
    return Board("x", "set 1 [bold]", "o", "abcd", 8, "document", 100, 1, (table,))


def test_the_board_shows_rank_system_figure_interval_and_tracks() -> None:
    lines = board_text(board()).splitlines()
    assert lines[0] == "End to end: 8 documents, set 1 [bold], gold abcd"
    [row] = [line.split() for line in lines if "tagger 1.0" in line and ".500" in line]
    assert row == ["1", "tagger", "1.0", ".500", ".250–.750", ".625¹²", "–"]


def test_the_board_says_what_its_signs_mean_and_what_is_missing() -> None:
    text = board_text(board(), width=40)
    assert "100 resamples of documents" in text
    assert "share a rank" in text
    assert "tagger 1.0: 3 of 8 documents without a prediction" in text


def test_the_board_as_markdown() -> None:
    lines = board_markdown(board()).splitlines()
    assert lines[0] == r"**End to end: 8 documents, set 1 \[bold\], gold abcd**"
    assert "| 1 | tagger 1.0 | .500 | .250–.750 | .625¹² | – |" in lines
