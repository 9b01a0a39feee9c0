from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detente.heads import default_head
from detente.sentences import split_sentences, tokenize


def words(text: str) -> list[str]:
    return [text[start:end] for start, end in tokenize(text)]


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


def test_possessives_and_contractions_are_tokens_of_their_own() -> None:
    assert words("Norland’s army didn't move") == ["Norland", "’s", "army", "did", "n't", "move"]


def test_numbers_and_dotted_abbreviations_hold_together() -> None:
    assert words("U.S. aid of $2.5 billion, up 7%") == ["U.S.", "aid", "of", "$", "2.5", "billion", ",", "up", "7%"]


def test_titles_and_initials_end_no_sentence() -> None:
    assert sentences("Gen. A. Reld met Mr. Orr in Varn. They left.") == [
        "Gen. A. Reld met Mr. Orr in Varn.",
        "They left.",
    ]


def test_a_quotation_mark_belongs_to_the_sentence_it_closes() -> None:
    assert sentences("“We will see.” Varn said no more.") == ["“We will see.”", "Varn said no more."]


@given(st.text())
def test_tokens_are_apart_in_order_and_cover_every_letter(text: str) -> None:
    end = 0
    for start, stop in tokenize(text):
        assert end <= start < stop
        assert not any(character.isalnum() for character in text[end:start])
        end = stop
    assert not any(character.isalnum() for character in text[end:])


@given(st.text())
def test_sentences_are_apart_in_order_and_cover_everything_but_space(text: str) -> None:
    end = 0
    for start, stop in split_sentences(text):
        assert end <= start < stop
        assert not text[end:start].strip()
        end = stop
    assert not text[end:].strip()


def test_the_head_is_the_last_word_before_what_follows() -> None:
    heads = {
        "its armed forces": "forces",
        "members of parliament": "members",
        "Ana Reld": "Reld",
        "the U.S.": "U.S.",
        "roughly 1,500 troops": "troops",
        "2.5 million people, mostly women": "people",
    }
    for phrase, head in heads.items():
        start, end = default_head(phrase, 0, len(phrase))
        assert phrase[start:end] == head
