"""Tokens, tags, lexicons and word features: what baselines make of a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detente.baselines.lexicon import UNMARKED, build_lexicon, majority
from detente.baselines.stems import stem
from detente.baselines.tagging import OUTSIDE, lexicon_tags, mark, marked
from detente.baselines.tokens import Span, Tokens, tokenized
from detente.baselines.words import TokenFeatures, gloss_cues, shape
from detente.documents import Block, Document
from detente.ontology import Ontology

TEXT = "Norland Signs\n\nNorland signed. Sudria’s army left.\nIt rained.\n\nMore News\n\nVarn fell."
BLOCKS = (Block(0, 13, "title"), Block(15, 61, "body"), Block(63, 72, "related_headline"), Block(74, 84, "body"))


def article(text: str = TEXT, blocks: tuple[Block, ...] = BLOCKS) -> Tokens:
    return tokenized(Document(id="d", text=text, blocks=blocks))


def test_only_annotated_blocks_have_tokens() -> None:
    words = article().words
    assert words[:3] == ["Norland", "signed", "."]
    assert "Signs" not in words
    assert "News" not in words
    assert words[-3:] == ["Varn", "fell", "."]


def test_a_text_without_blocks_is_all_annotated() -> None:
    assert article(blocks=()).words[:2] == ["Norland", "Signs"]


def test_offsets_are_those_of_the_text() -> None:
    tokens = article()
    for word, start, end in zip(tokens.words, tokens.starts, tokens.ends, strict=True):
        assert TEXT[start:end] == word


def test_line_breaks_and_blocks_end_paragraphs_and_sentences() -> None:
    tokens = article()
    assert [tokens.string(span) for span in tokens.paragraphs] == [
        "Norland signed. Sudria’s army left.",
        "It rained.",
        "Varn fell.",
    ]
    assert [tokens.string(span) for span in tokens.sentences] == [
        "Norland signed.",
        "Sudria’s army left.",
        "It rained.",
        "Varn fell.",
    ]


def test_a_span_covers_the_tokens_that_it_touches() -> None:
    tokens = article()
    start = TEXT.index("ria’s ar")
    span = tokens.cover(start, start + 8)
    assert span is not None
    assert tokens.string(span) == "Sudria’s army"


def test_a_span_in_page_debris_covers_nothing() -> None:
    assert article().cover(63, 72) is None


def test_a_span_over_paragraphs_is_cut_at_the_first_ones_end() -> None:
    tokens = article()
    span = tokens.cover(TEXT.index("left"), len(TEXT))
    assert span is not None
    assert tokens.string(span) == "left."


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["", "GPE", "MIL"])), max_size=8), st.integers(0, 5))
def test_tags_and_spans_are_two_forms_of_the_same(pieces: list[tuple[int, str]], offset: int) -> None:
    tags: list[str] = []
    spans = []
    for length, label in pieces:
        first = len(tags)
        tags += [OUTSIDE] * length
        if label:
            mark(tags, Span(first, first + length), label)
            spans.append((Span(offset + first, offset + first + length), label))
    assert marked(tags, offset) == spans


def test_an_inside_tag_without_its_beginning_begins_a_span() -> None:
    assert marked(["O", "I-GPE", "I-MIL", "B-MIL"]) == [
        (Span(1, 2), "GPE"),
        (Span(2, 3), "MIL"),
        (Span(3, 4), "MIL"),
    ]


def test_a_string_takes_its_most_frequent_label_unless_mostly_unmarked() -> None:
    assert majority({"GPE": 2, "ORG": 1, UNMARKED: 3}) == "GPE"
    assert majority({"GPE": 2, UNMARKED: 3}) == UNMARKED
    assert majority({"ORG": 1, "GPE": 1}) == "GPE"
    assert majority({}) == UNMARKED


def test_a_lexicon_counts_unmarked_occurrences_too() -> None:
    tokens = article("May came. May spoke. It may rain in May.", ())
    lexicon, own = build_lexicon([(tokens, [(Span(3, 4), "PER")])], lower=False)
    assert lexicon.counts == {"May": {UNMARKED: 2, "PER": 1}}
    assert own == [{"May": {"PER": 1, UNMARKED: 2}}]


def test_a_train_document_does_not_see_its_own_strings() -> None:
    one, two = article("Varn fell.", ()), article("Varn rose. Keld fell.", ())
    lexicon, own = build_lexicon([(one, [(Span(0, 1), "GPE")]), (two, [(Span(3, 4), "GPE")])], lower=False)
    assert lexicon_tags(one, lexicon) == ["B-GPE", "O", "O"]
    assert lexicon_tags(one, lexicon, own[0]) == ["O", "O", "O"]
    assert lexicon_tags(two, lexicon, own[1]) == ["B-GPE", "O", "O", "O", "O", "O"]


def test_the_longest_match_wins() -> None:
    tokens = article("The Varn Peace Accord and Varn hold.", ())
    lexicon, _ = build_lexicon([(tokens, [(Span(1, 4), "AGR"), (Span(5, 6), "GPE")])], lower=False)
    assert list(lexicon.matches(tokens.words, tokens.sentences[0])) == [(Span(1, 4), "AGR"), (Span(5, 6), "GPE")]


def test_shapes_collapse_repetitions() -> None:
    assert shape("F-16s") == "X-dx"
    assert shape("Norland") == "Xx"
    assert shape("UN") == "X"


def test_features_look_at_neighbours_within_the_sentence_only() -> None:
    tokens = article("Varn fell. Keld rose.", ())
    rows = TokenFeatures().rows(tokens, [])
    assert "+l=fell" in rows[0]
    assert "first" in rows[0]
    assert not any("keld" in feature for feature in rows[2])
    assert "first" in rows[3]


def test_a_sentence_start_tells_whether_the_word_is_a_name_elsewhere() -> None:
    rows = TokenFeatures().rows(article("Varn fell. The army left Varn. Then the storm came.", ()), [])
    first_varn, the = rows[0], rows[3]
    assert "c=TrueTrueFalse" in first_varn
    assert "c=TrueFalseTrue" in the


@given(st.sets(st.sampled_from(["l=varn", "+l=fell", "-b=varn|fell", "q2=ll", "first"])))
def test_restricting_word_features_leaves_out_nothing_known(known: set[str]) -> None:
    tokens = article("Varn fell. Keld rose.", ())
    full, short = TokenFeatures().rows(tokens, []), TokenFeatures(known).rows(tokens, [])
    for everything, some in zip(full, short, strict=True):
        assert set(some) <= set(everything)
        assert set(everything) & known <= set(some)


def test_a_lexicon_without_unmarked_occurrences_keeps_every_label() -> None:
    tokens = article("May came. May spoke. It may rain in May.", ())
    lexicon, own = build_lexicon([(tokens, [(Span(3, 4), "PER")])], lower=False, unmarked=False)
    assert lexicon.best("May") == "PER"
    assert own == [{"May": {"PER": 1}}]


def test_forms_of_a_word_share_their_stem() -> None:
    assert {stem(word) for word in ("support", "supports", "supported", "supporting")} == {"support"}
    assert {stem(word) for word in ("delivery", "deliveries", "delivered")} == {"deliver"}
    assert {stem(word) for word in ("withdraw", "withdrawal", "withdrawing")} == {"withdraw"}


@given(st.text())
def test_a_stem_is_a_beginning_of_its_word(word: str) -> None:
    assert word.startswith(stem(word))


def test_a_lexicon_of_stems_finds_other_forms() -> None:
    known, new = article("Varn criticised Keld.", ()), article("Keld criticises Varn.", ())
    lexicon, _ = build_lexicon([(known, [(Span(1, 2), "ACCUSE")])], lower=True, stems=True)
    assert lexicon_tags(new, lexicon) == [OUTSIDE, "B-ACCUSE", OUTSIDE, OUTSIDE]


def test_the_words_of_a_gloss_speak_for_its_event_type(ontology: Ontology) -> None:
    cues = gloss_cues(ontology)
    for event_type in ontology.event_types:
        assert any(event_type.name in kinds for kinds in cues.values())
    rows = TokenFeatures(cues={"sign": ["PACT"]}).rows(article("Varn signed.", ()), [])
    assert ["g=PACT" in row for row in rows] == [False, True, False]


def test_a_name_is_known_by_its_company_anywhere_in_the_article() -> None:
    rows = TokenFeatures().rows(article("Varn fell. General Varn fled to Keld.", ()), [])
    assert {"d-=general", "d+=fled", "d=TrueFalse"} <= set(rows[0])
