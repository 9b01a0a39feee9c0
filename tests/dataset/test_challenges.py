from __future__ import annotations

import msgspec

from detente.dataset.balance import frequent_actors
from detente.dataset.challenges import count_challenges, usual_sides
from detente.documents import Document, Entity, Span, Stance
from detente.ontology import Ontology

replace = msgspec.structs.replace


def counted(documents: list[Document], ontology: Ontology, train: list[Document] | None = None) -> dict[str, int]:
    return {name: row[-1] for name, row in count_challenges({"train": train or [], "test": documents}, ontology)}


def test_each_slice_counts_the_items_that_are_hard_in_its_way(gold: Document, ontology: Ontology) -> None:
    counts = counted([gold], ontology)
    assert counts["nested names"] == 2  # Norlandic in its troops, and in the official
    assert counts["metonymy: words with several readings in the article"] == 2  # Varn, the place and the government
    assert counts["negated events"] == 1
    assert counts["events planned, possible or generic"] == 3
    assert counts["anonymous or nested sources"] == 3  # two events and a stance of the official
    assert counts["blocks of page debris"] == 2
    assert counts["arguments in another sentence"] == 0


def test_what_train_has_not_named_is_unseen(gold: Document, ontology: Ontology) -> None:
    name = "named mentions of entities unseen in train"
    assert counted([gold], ontology)[name] == sum(m.level in ("NAM", "ADJ") for m in gold.mentions if m.entity)
    assert counted([gold], ontology, train=[gold])[name] == 0


def test_a_target_has_a_usual_side_from_three_stances_on(gold: Document, ontology: Ontology) -> None:
    against = [replace(gold, id=f"x{number}", stances=gold.stances[:1]) for number in range(3)]
    assert usual_sides(against[:2]) == {}
    assert usual_sides(against) == {"Norland": "OPPOSE"}
    praised = replace(gold, stances=(replace(gold.stances[0], label="SUPPORT"),))
    assert counted([*against, praised], ontology)["stances against the target's usual side"] == 1


def test_a_reported_classification_is_an_implicit_stance_with_a_word_of_classing(ontology: Ontology) -> None:
    text = "Varn regards the FOF as terrorists."
    entities = (Entity("e1", "Norland", "GPE"), Entity("e2", "FOF", "NSAG"))
    stance = Stance("s1", "e1", "e2", "OPPOSE", explicit=False, evidence=Span(5, 34))
    document = Document("a", text=text, entities=entities, stances=(stance,))
    explicit = replace(document, stances=(replace(stance, explicit=True),))
    assert counted([document], ontology)["reported classification"] == 1
    assert counted([explicit], ontology)["reported classification"] == 0


def test_an_actor_is_who_fills_a_role_and_can_hold_a_stance(gold: Document, ontology: Ontology) -> None:
    (actors,) = frequent_actors({"test": [gold]}, ontology).values()
    assert {name for name, _, _ in actors} >= {"Norland", "Sudria"}
    assert all((number, share) == (1, 1.0) for _, number, share in actors)
    assert "Varn" not in {name for name, _, _ in actors} or "GPE" in ontology.stance.holder_types
    assert "defence pact" not in {name for name, _, _ in actors}
