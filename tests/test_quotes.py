from __future__ import annotations

import pytest

from detente.checks import check_document
from detente.documents import Document
from detente.errors import DataError
from detente.ontology import Ontology
from detente.quotes import number_sentences, parse_quotes, write_quotes


def test_sentences_of_the_body_are_numbered_and_nothing_else(blank: Document) -> None:
    sheet = number_sentences(blank).split("\n")
    assert [line[:5] for line in sheet if line.startswith("[")] == ["[1] N", "[2] K", "[3] A"]
    assert "Leave a Reply" not in sheet


def test_quotations_become_offsets_of_the_words(gold: Document, ontology: Ontology) -> None:
    assert gold.text is not None
    assert [gold.text[m.start : m.end] for m in gold.mentions][:3] == ["Norland", "Sudria", "defence pact"]
    assert check_document(gold, ontology) == []


def test_mentions_with_one_name_share_an_entity_of_the_names_type(gold: Document) -> None:
    sudria = next(entity for entity in gold.entities if entity.name == "Sudria")
    assert sudria.type == "GPE"
    assert sum(mention.entity == sudria.id for mention in gold.mentions) == 3


def test_what_is_written_reads_back(gold: Document, blank: Document, ontology: Ontology) -> None:
    again = parse_quotes(write_quotes(gold), blank, ontology)
    assert set(again.mentions) == set(gold.mentions)
    assert set(again.events) == set(gold.events)
    assert set(again.stances) == set(gold.stances)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("nonsense", "found 'nonsense'"),
        ('M m1 9 "Norland" GPE', "found sentence 9; expected 1 to 3"),
        ('M m1 1 "Nor" GPE', "found 'Nor', not in sentence 1"),
        ('M m1 1 "Norlandia" GPE', "found 'Norlandia', not in sentence 1"),
        ('M m1 3 "Keld"#2 GPE NAM', "found #2 of 'Keld' in sentence 3; expected #1 to #1"),
        ('M m1 1 "Norland" STATE', "found 'STATE'"),
        ('M m1 1 "Norland" NAM', "found no type"),
        ('E v1 1 "signed" SIGN_AGREEMENT Partner:m1', "found 'Partner:m1'"),
        ('E v1 1 "signed" SIGN_AGREEMENT POS ACTUAL same=v9', "found same=v9"),
        ('S s1 2 "criticised Norland" holder=m7 OPPOSE', "found no target"),
        ('S s1 2 "criticised Norland" holder=m7 target=m8 OPPOSE', "found 'm7'"),
    ],
)
def test_a_line_that_cannot_be_resolved_is_named(blank: Document, ontology: Ontology, line: str, found: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_quotes(f"# a comment\n{line}\n", blank, ontology, "a.quotes")
    assert found in str(caught.value)
    assert "a.quotes:2" in str(caught.value)


def test_words_that_occur_twice_need_a_number(ontology: Ontology) -> None:
    twice = Document("d", text="Varn met Varn.")
    with pytest.raises(DataError, match="'Varn' 2 times in sentence 1"):
        parse_quotes('M m1 1 "Varn" GPE NAM place = Varn', twice, ontology)
    document = parse_quotes('M m1 1 "Varn"#2 GPE NAM place = Varn', twice, ontology)
    assert (document.mentions[0].start, document.mentions[0].end) == (9, 13)


def test_quotation_marks_match_whichever_way_they_are_typed(ontology: Ontology) -> None:
    curly = Document("d", text="Norland’s “wise” plan won.")
    document = parse_quotes('M m1 1 "Norland\'s \\"wise\\" plan" ISSUE NOM = plan', curly, ontology)
    assert curly.text is not None
    assert curly.text[document.mentions[0].start : document.mentions[0].end] == "Norland’s “wise” plan"
