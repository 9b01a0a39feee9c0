"""What annotators take for what, pair by pair, and the page that shows it."""

from __future__ import annotations

import re

import msgspec
import pytest

from detente.annotation.agreement import measure_agreement, measure_pairs
from detente.annotation.agreement_page import agreement_page
from detente.annotation.canonical import canonical
from detente.annotation.confusions import ABSENT, Confusion, find_confusions
from detente.annotation.passes import AgreementReport
from detente.annotation.tasks import AnnotatedDocument
from detente.documents import Document, Event, Mention, without_text
from detente.ontology import Ontology

replace = msgspec.structs.replace


@pytest.fixture
def one(annotated: Document, ontology: Ontology) -> Document:
    return canonical(annotated, ontology)


@pytest.fixture
def other(one: Document) -> Document:
    """Like the first, but: Testland a LOC at one place, officials not marked, the force's span shorter, one event
    POSSIBLE that was PLANNED, one role taken for another, a stance turned round."""

    def mention(m: Mention) -> Mention:
        if one.text and one.text[m.start : m.end] == "Testland" and m.start > 100:
            return replace(m, type="LOC", reading=None)
        return replace(m, end=m.end - 4) if m.id == "m3" else m

    def event(e: Event) -> Event:
        arguments = tuple(replace(a, role="Recipient") if e.id == "v3" else a for a in e.arguments)
        return replace(e, modality="POSSIBLE" if e.modality == "PLANNED" else e.modality, arguments=arguments)

    return replace(
        one,
        mentions=tuple(mention(m) for m in one.mentions if m.type != "MIL" or m.level != "NOM" or m.id == "m3"),
        events=tuple(event(e) for e in one.events),
        stances=tuple(replace(s, label="MIXED") if s.label == "OPPOSE" else s for s in one.stances),
    )


def versions(one: Document, other: Document) -> list[AnnotatedDocument]:
    return [AnnotatedDocument(one, "ann", "full"), AnnotatedDocument(other, "ben", "full")]


def kinds(confusions: list[Confusion]) -> set[tuple[str, str, str]]:
    return {(c.layer, c.one, c.other) for c in confusions}


def test_every_kind_of_disagreement_is_found_once(one: Document, other: Document) -> None:
    assert kinds(find_confusions(versions(one, other))) == {
        ("mentions", "GPE", "LOC"),
        ("mentions", "MIL", ABSENT),
        ("mentions: span", "MIL", "MIL, another span"),
        ("events: modality", "PLANNED", "POSSIBLE"),
        ("arguments of MIL_AID", "Provider", "Recipient"),
        ("arguments of MIL_AID", "Provider", ABSENT),
        ("stance", "MIXED", "OPPOSE"),
    }


def test_two_equal_versions_confuse_nothing(one: Document) -> None:
    assert find_confusions(versions(one, one)) == []


def test_who_said_what_is_kept_and_the_order_of_annotators_means_nothing(one: Document, other: Document) -> None:
    there = find_confusions(versions(one, other))
    back = find_confusions(versions(other, one))
    assert kinds(there) == kinds(back)
    (passage,) = next(c for c in there if c.other == "LOC").passages
    assert (passage.first, passage.second, passage.words) == ("ann", "ben", "Testland")
    (passage,) = next(c for c in back if c.other == "LOC").passages
    assert (passage.first, passage.second) == ("ben", "ann")
    assert passage.before.endswith("The ")
    assert passage.after.startswith(" army")


def test_the_most_frequent_confusion_comes_first_and_stand_off_articles_lend_no_words(
    one: Document, other: Document
) -> None:
    more = versions(replace(one, id="dt-9002"), replace(other, id="dt-9002"))
    lone = AnnotatedDocument(replace(one, mentions=one.mentions[:1], events=(), stances=()), "cat", "full")
    found = find_confusions([*versions(one, other), *more, lone])
    numbers = [len(c.passages) for c in found]
    assert numbers == sorted(numbers, reverse=True)
    bare = [AnnotatedDocument(without_text(v.document), v.annotator, "full") for v in versions(one, other)]
    assert {p.words for c in find_confusions(bare) for p in c.passages} == {""}


def test_pairs_of_annotators_have_the_figures_of_their_own_documents(
    one: Document, other: Document, ontology: Ontology
) -> None:
    third = AnnotatedDocument(one, "cat", "full")
    alone = AnnotatedDocument(replace(one, id="dt-1"), "dan", "full")
    pairs = measure_pairs([*versions(one, other), third, alone], ontology)
    assert [(p.first, p.second, p.documents) for p in pairs] == [
        ("ann", "ben", 1),
        ("ann", "cat", 1),
        ("ben", "cat", 1),
    ]
    whole = {(m.layer, m.measure): m.value for m in measure_agreement(versions(one, other), ontology, resamples=2)[0]}
    assert pairs[0].values == whole
    assert pairs[1].values["mentions", "F1, all"] == 1


def test_the_page_shows_pairs_and_passages_and_runs_no_script(
    one: Document, other: Document, ontology: Ontology
) -> None:
    nasty = replace(one, text=(one.text or "").replace("Testland army", "<script>alert"[:13]))
    found = [AnnotatedDocument(nasty, "ann<b>", "full"), AnnotatedDocument(other, "ben", "full")]
    measures, documents = measure_agreement(found, ontology, resamples=2)
    report = AgreementReport("Agreement & more", {}, documents, measures)
    page = agreement_page(report, measure_pairs(found, ontology), find_confusions(found))
    assert page.startswith("<!doctype html><!-- generated by: detente annotate agree -->")
    assert "<script" not in page
    assert "<b>" not in page.replace("<b>", "", page.count("<summary><b>"))
    assert "Agreement &amp; more" in page
    assert "ann&lt;b&gt;" in page
    assert page.count("<details") == 7
    assert not re.search(r"""(src|href)=|style=["']""", page)
    assert "&lt;script" in page
