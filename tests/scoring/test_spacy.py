"""The same figures as the installed spaCy's scorer: flat mentions as entities, overlapping ones as span groups."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detente.documents import Document, Mention
from detente.ontology import load_ontology
from detente.scoring.evaluate import evaluate
from detente.scoring.report import Score

spacy = pytest.importorskip("spacy", reason="needs spaCy (some 200 MB): make test-peers")
pytestmark = pytest.mark.filterwarnings("ignore")

ONTOLOGY = load_ontology()
TYPES = ("PER", "GPE", "MIL")
GROUP = "mentions"
# a document is a row of tokens, each of one code point
TOKENS = 12
Spans = list[tuple[int, int, str]]
spans: st.SearchStrategy[Spans] = st.lists(
    st.tuples(st.integers(0, TOKENS - 1), st.integers(1, 4), st.sampled_from(TYPES)).map(
        lambda span: (span[0], min(span[0] + span[1], TOKENS), span[2])
    ),
    max_size=6,
    unique=True,
)


def flat(found: Spans) -> Spans:
    """Those that overlap none before them."""
    kept: Spans = []
    for span in sorted(found):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def ours(rows: list[tuple[Spans, Spans]]) -> tuple[Score, dict[str, Score]]:
    gold, predicted = (
        [
            Document(
                f"d{number}",
                mentions=tuple(
                    Mention(f"m{place}", start, end, kind, level="NAM")
                    for place, (start, end, kind) in enumerate(row[side])
                ),
            )
            for number, row in enumerate(rows)
        ]
        for side in (0, 1)
    )
    report = evaluate(gold, predicted, ONTOLOGY, resamples=0)
    return report.scores["entities"]["F1"], report.by["entities"].get("type", {})


def spacy_doc(vocab: Any, found: Spans) -> Any:
    doc = spacy.tokens.Doc(vocab, words=["x"] * TOKENS, spaces=[False] * TOKENS)
    made = [spacy.tokens.Span(doc, start, end, label=kind) for start, end, kind in found]
    doc.spans[GROUP] = made
    if found == flat(found):
        doc.set_ents(made)
    return doc


def theirs(rows: list[tuple[Spans, Spans]], attribute: str, **options: Any) -> dict[str, Any]:
    vocab = spacy.blank("en").vocab
    examples = [spacy.training.Example(spacy_doc(vocab, predicted), spacy_doc(vocab, gold)) for gold, predicted in rows]
    return dict(spacy.scorer.Scorer.score_spans(examples, attribute, **options))


def assert_same(rows: list[tuple[Spans, Spans]], attribute: str, peer: dict[str, Any]) -> None:
    whole, by_type = ours(rows)
    figures = [whole.precision or 0, whole.recall or 0, whole.value or 0]
    assert figures == pytest.approx([peer[f"{attribute}_{name}"] or 0 for name in "prf"], abs=1e-8)
    for kind, figure in (peer[f"{attribute}_per_type"] or {}).items():
        score = by_type[kind]
        assert [score.precision or 0, score.recall or 0, score.value or 0] == pytest.approx(
            [figure[name] for name in "prf"], abs=1e-8
        )
    assert set(by_type) == set(peer[f"{attribute}_per_type"] or {})


@settings(deadline=None)
@given(st.lists(st.tuples(spans.map(flat), spans.map(flat)), min_size=1, max_size=3))
def test_flat_mentions_score_as_entities_do(rows: list[tuple[Spans, Spans]]) -> None:
    assert_same(rows, "ents", theirs(rows, "ents"))


@settings(deadline=None)
@given(st.lists(st.tuples(spans, spans), min_size=1, max_size=3))
def test_overlapping_mentions_score_as_span_groups_do_with_overlap_allowed(rows: list[tuple[Spans, Spans]]) -> None:
    def group(doc: Any, _: str) -> Any:
        return doc.spans[GROUP]

    peer = theirs(
        rows, GROUP, getter=group, has_annotation=lambda doc: GROUP in doc.spans, allow_overlap=True, labeled=True
    )
    assert_same(rows, GROUP, peer)


@settings(deadline=None)
@given(st.lists(st.tuples(spans, spans), min_size=1, max_size=3))
def test_spans_alone_score_as_unlabelled_groups_do(rows: list[tuple[Spans, Spans]]) -> None:
    gold, predicted = ([[(start, end, "PER") for start, end, _ in row[side]] for row in rows] for side in (0, 1))
    one_type = [(list(dict.fromkeys(g)), list(dict.fromkeys(p))) for g, p in zip(gold, predicted, strict=True)]
    peer = theirs(
        rows,
        GROUP,
        getter=lambda doc, _: doc.spans[GROUP],
        has_annotation=lambda doc: GROUP in doc.spans,
        allow_overlap=True,
        labeled=False,
    )
    whole, _ = ours(one_type)
    figures = [whole.precision or 0, whole.recall or 0, whole.value or 0]
    assert figures == pytest.approx([peer[f"{GROUP}_{name}"] or 0 for name in "prf"], abs=1e-8)


def test_overlap_left_off_hides_nested_mentions_from_spacy_alone() -> None:
    nested: Spans = [(0, 4, "GPE"), (1, 2, "PER")]
    rows = [(nested, nested)]
    hidden = theirs(rows, GROUP, getter=lambda doc, _: doc.spans[GROUP], has_annotation=lambda doc: GROUP in doc.spans)
    assert hidden[f"{GROUP}_r"] == 0.5
    assert ours(rows)[0].recall == 1
