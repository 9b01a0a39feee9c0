"""Where articles lie on the server, and the links that lead there from the agreement page."""

from __future__ import annotations

from pathlib import Path

import pytest

from detente.annotation.agreement_page import agreement_page
from detente.annotation.confusions import Confusion, Passage
from detente.annotation.passes import AgreementReport
from detente.annotation.places import TaskPlace, passage_links, read_places, write_places
from detente.errors import DataError, UsageError

PLACE = TaskPlace("ann@example.org", "full", "d-1", 3, 17)


def test_the_table_of_tasks_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "tasks.tsv"
    write_places(path, [PLACE])
    assert read_places(path) == [PLACE]


def test_a_line_of_another_form_and_a_missing_table_are_told(tmp_path: Path) -> None:
    path = tmp_path / "tasks.tsv"
    with pytest.raises(DataError, match="Pull first"):
        read_places(path)
    path.write_text("ann@example.org\tfull\td-1\t3\n", "utf-8")
    with pytest.raises(DataError, match="Pull again"):
        read_places(path)


def test_only_a_web_address_is_linked_to() -> None:
    with pytest.raises(UsageError, match="no address of a server"):
        passage_links([PLACE], "javascript:alert(1)//")


def test_a_confusion_leads_to_the_articles_page_of_whoever_has_one() -> None:
    passage = Passage("d-1", "ann@example.org", "ben@example.org", ("full", "full"), 0, 2, "", "ab", " c")
    confusion = Confusion("mentions", "GPE", "LOC", [passage])
    links = passage_links([PLACE], "http://127.0.0.1:8080/")
    page = agreement_page(AgreementReport("Agreement", {}, 1, []), [], [confusion], links)
    assert '<a href="http://127.0.0.1:8080/projects/3/data?task=17">ann@example.org</a>: GPE' in page
    assert "ben@example.org: LOC" in page
    assert "<a href" not in agreement_page(AgreementReport("Agreement", {}, 1, []), [], [confusion])
