from __future__ import annotations

from collections.abc import Sequence

import krippendorff
import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detente.annotation.adjudication import find_differences, unify, write_draft
from detente.annotation.agreement import Agreement, alpha, measure_agreement
from detente.annotation.decisions import decide, read_reasons
from detente.annotation.tasks import AnnotatedDocument
from detente.documents import Document, Meta, Span
from detente.errors import DataError
from detente.ontology import Ontology
from detente.quotes import parse_quotes

replace = msgspec.structs.replace
TWICE = (33, 41)


def measured(versions: list[Document], ontology: Ontology) -> dict[tuple[str, str], Agreement]:
    named = [AnnotatedDocument(document, f"annotator {n}", "full") for n, document in enumerate(versions)]
    measures, documents = measure_agreement(named, ontology, resamples=50)
    assert documents == 1
    return {(measure.layer, measure.measure): measure for measure in measures}


def test_a_version_agrees_wholly_with_itself(annotated: Document, ontology: Ontology) -> None:
    for measure in measured([annotated, annotated], ontology).values():
        assert measure.value in (1.0, None)


def test_a_missed_stance_and_another_modality_cost_only_their_own_layer(
    annotated: Document, ontology: Ontology
) -> None:
    events = (replace(annotated.events[0], modality="ACTUAL"), *annotated.events[1:])
    found = measured([annotated, replace(annotated, events=events, stances=annotated.stances[:1])], ontology)
    assert found["events", "trigger with type, F1"].value == 1
    assert found["events", "modality, alpha"].raw == pytest.approx(2 / 3)
    assert found["stance", "holder, target, label, F1"].value == pytest.approx(2 / 3)
    assert found["mentions", "F1, all"].value == 1


def test_entities_are_compared_by_their_mentions_not_by_their_names(annotated: Document, ontology: Ontology) -> None:
    renamed = tuple(replace(entity, name=f"the {entity.name}") for entity in annotated.entities)
    found = measured([annotated, replace(annotated, entities=renamed)], ontology)
    assert found["stance", "holder, target, label, F1"].value == 1


def test_one_version_alone_is_no_agreement(annotated: Document, ontology: Ontology) -> None:
    assert measure_agreement([AnnotatedDocument(annotated, "a", "full")], ontology) == ([], 0)


def several(annotated: Document, ontology: Ontology, stories: Sequence[str]) -> dict[tuple[str, str], Agreement]:
    """Measures of as many documents as stories; the second version of each lacks as many stances as it is numbered."""
    versions = []
    for number, story in enumerate(stories):
        meta = replace(annotated.meta or Meta(), story=story)
        document = replace(annotated, id=f"d{number}", meta=meta)
        fewer = replace(document, stances=document.stances[number:])
        versions += [AnnotatedDocument(version, name, "full") for name, version in (("a", document), ("b", fewer))]
    measures, documents = measure_agreement(versions, ontology, resamples=200)
    assert documents == len(stories)
    return {(measure.layer, measure.measure): measure for measure in measures}


STANCES = ("stance", "holder, target, label, F1")


def test_documents_of_one_story_are_resampled_together(annotated: Document, ontology: Ontology) -> None:
    together, apart, loose = (several(annotated, ontology, stories)[STANCES] for stories in ("ss", "st", ("s", "")))
    assert (together.low, together.high) == (None, None)
    assert together.value == apart.value == loose.value
    assert apart.value is not None
    assert apart.low is not None
    assert apart.high is not None
    assert apart.low < apart.value < apart.high
    assert (loose.low, loose.high) == (apart.low, apart.high)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_alpha_is_krippendorffs(pairs: list[tuple[int, int]]) -> None:
    matrix = np.zeros((4, 4))
    for one, other in pairs:
        matrix[one, other] += 1
    ours = alpha(matrix)
    if len({label for pair in pairs for label in pair}) < 2:
        assert ours is None
        return
    oracle = krippendorff.alpha(
        reliability_data=np.array(pairs).T, level_of_measurement="nominal", value_domain=[0, 1, 2, 3]
    )
    assert ours == pytest.approx(oracle, abs=1e-12)


def test_only_real_differences_are_listed(annotated: Document, ontology: Ontology) -> None:
    numbered = tuple(replace(entity, name=f"the {entity.name}") for entity in annotated.entities)
    same = replace(annotated, entities=numbered)
    agreed, differences = find_differences(annotated, same)
    assert differences == []
    assert len(agreed) == len(annotated.mentions) + len(annotated.events) + len(annotated.stances)


def test_a_difference_shows_both_versions_and_the_draft_reads_back_without_it(
    annotated: Document, blank: Document, ontology: Ontology
) -> None:
    blank = replace(blank, blocks=annotated.blocks)
    other = replace(annotated, stances=(replace(annotated.stances[0], label="SUPPORT"), annotated.stances[1]))
    _, differences = find_differences(annotated, other)
    assert [("OPPOSE" in d.first, "SUPPORT" in d.second) for d in differences] == [(True, True)]
    draft = write_draft(annotated, other)
    assert "# D1 A: S z2" in draft
    assert "# D1 B: S z2" in draft
    assert len(parse_quotes(draft, blank, ontology).stances) == 1


def test_the_second_version_takes_the_firsts_ids_by_span(annotated: Document) -> None:
    other = replace(annotated, mentions=tuple(replace(m, id=f"q{n}") for n, m in enumerate(annotated.mentions)))
    other = replace(other, events=(), stances=())
    assert [m.id for m in unify(annotated, other).mentions] == [m.id for m in annotated.mentions]


def test_every_difference_is_decided_with_a_reason(annotated: Document) -> None:
    other = replace(
        annotated,
        events=(replace(annotated.events[0], modality="ACTUAL"), *annotated.events[1:]),
        stances=annotated.stances[:1],
    )
    reasons = read_reasons("# a comment\nD1 type\nD2 missed # 4.3\n")
    assert [d.decided for d in decide(annotated, other, annotated, reasons)] == ["A", "A"]
    assert [d.decided for d in decide(annotated, other, other, reasons)] == ["B", "B"]
    third = replace(annotated, events=(replace(annotated.events[0], modality="GENERIC"), *annotated.events[1:]))
    assert [(d.layer, d.decided, d.reason) for d in decide(annotated, other, third, reasons)] == [
        ("events", "other", "type"),
        ("stance", "A", "missed"),
    ]
    with pytest.raises(DataError, match="no reason for D2"):
        decide(annotated, other, annotated, {1: "type"})


def test_what_only_the_second_version_has_is_found_again_in_the_gold(annotated: Document) -> None:
    fewer = replace(annotated, stances=(), events=annotated.events[:2])
    fewer = replace(fewer, events=(fewer.events[0], replace(fewer.events[1], arguments=fewer.events[1].arguments[:1])))
    _, differences = find_differences(fewer, annotated)
    reasons = {difference.number: "missed" for difference in differences}
    assert {d.decided for d in decide(fewer, annotated, annotated, reasons)} == {"B"}
    assert {d.decided for d in decide(fewer, annotated, fewer, reasons)} == {"A"}


def test_an_unknown_reason_is_refused_with_its_line() -> None:
    with pytest.raises(DataError, match=r"x\.decisions:2: found 'D2 because'"):
        read_reasons("D1 type\nD2 because\n", "x.decisions")


def test_a_pair_that_comes_up_twice_is_paired_by_its_evidence(annotated: Document) -> None:
    again = replace(annotated.stances[0], id="z3", evidence=annotated.events[1].condition or Span(*TWICE))
    twice = replace(annotated, stances=(*annotated.stances, again))
    shuffled = replace(twice, stances=tuple(replace(s, id=f"w{n}") for n, s in enumerate(reversed(twice.stances))))
    assert find_differences(twice, shuffled)[1] == []
