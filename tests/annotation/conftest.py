"""A document with everything in it, and the ontology."""

from __future__ import annotations

import pytest

from detente.documents import Argument, Block, Document, Entity, Event, Mention, Meta, Span, Stance, text_hash
from detente.ontology import Ontology, load_ontology

TITLE = "Examplia and Testland sign pact"
LEDE = "Examplia 🛰️ asked  Testland for its armed forces\u2019 help on Monday, if talks fail."
DEBRIS = "Testland Pulls Out of Talks in Café\u0301ville Again"
BODY = "The Testland army would not send help, Examplian officials said."
TEXT = "\n\n".join((TITLE, LEDE, DEBRIS, BODY))


def find(words: str, after: int = 0) -> tuple[int, int]:
    """Offsets of words in the text, searched from `after` on."""
    start = TEXT.index(words, after)
    return start, start + len(words)


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    return load_ontology()


@pytest.fixture(scope="session")
def blank() -> Document:
    """The article before anybody has annotated it, its third paragraph found to be debris."""
    starts = [find(part)[0] for part in (TITLE, LEDE, DEBRIS, BODY)]
    kinds = ("title", "body", "related_headline", "body")
    blocks = tuple(
        Block(start, start + len(part), kind, rule=f"rule_{kind}")  # type: ignore[arg-type]
        for start, part, kind in zip(starts, (TITLE, LEDE, DEBRIS, BODY), kinds, strict=True)
    )
    meta = Meta(
        title=TITLE,
        published="2024-05-01",
        sources=("https://example.org/a",),
        provenance={"text": {"kind": "test"}},
        sha256=text_hash(TEXT),
        length=len(TEXT),
    )
    return Document("dt-9001", text=TEXT, meta=meta, blocks=blocks)


@pytest.fixture(scope="session")
def annotated(blank: Document) -> Document:
    """The article with every kind of annotation, ids out of order and one paragraph overruled."""
    lede, body = find(LEDE)[0], find(BODY)[0]
    examplia, testland = find("Examplia", lede), find("Testland", lede)
    force, monday = find("its armed forces", lede), find("Monday")
    army, inner = find("Testland army", body), find("Testland", body)
    officials, adjective = find("Examplian officials"), find("Examplian", body)
    condition = Span(*find("if talks fail"))
    mentions = (
        Mention("x7", *officials, "MIL", head=find("officials"), level="NOM", entity="n4"),
        Mention("x1", *examplia, "GPE", head=examplia, level="NAM", reading="government", entity="n1"),
        Mention("x2", *testland, "GPE", head=testland, level="NAM", reading="government", entity="n2"),
        Mention("x3", *force, "MIL", head=find("armed"), level="NOM", entity="n3"),
        Mention("x4", *monday, "TIME", head=monday, value="2024-04-29"),
        Mention("x5", *army, "MIL", head=find("army", body), level="NAM", entity="n3"),
        Mention("x6", *inner, "GPE", head=inner, level="NAM", reading="government", entity="n2"),
        Mention("x8", *adjective, "GPE", head=adjective, level="ADJ", reading="government", entity="n1"),
    )
    entities = (
        Entity("n1", "Examplia", "GPE", wikidata="Q1"),
        Entity("n2", "Testland", "GPE"),
        Entity("n3", "Testland army", "MIL", wikidata="Q3"),
        Entity("n4", "officials", "MIL"),
    )
    events = (
        Event(
            "y3",
            "MIL_AID",
            *find("help", body),
            polarity="NEG",
            modality="PLANNED",
            source="x7",
            cluster="same",
            arguments=(Argument("Provider", mention="x5"),),
        ),
        Event(
            "y1",
            "DEMAND_REQUEST",
            *find("asked", lede),
            polarity="POS",
            modality="ACTUAL",
            source="author",
            cluster="own",
            arguments=(
                Argument("Time", mention="x4"),
                Argument("Content", event="y2"),
                Argument("Requester", mention="x1"),
                Argument("Addressee", mention="x2"),
            ),
        ),
        Event(
            "y2",
            "MIL_AID",
            *find("help", lede),
            polarity="POS",
            modality="POSSIBLE",
            source="unspecified",
            condition=condition,
            cluster="same",
            arguments=(
                Argument("Provider", mention="x3"),
                Argument("Recipient", mention="x1"),
                Argument("Provider", mention="x2"),
            ),
        ),
    )
    stances = (
        Stance("z2", "n3", "n1", "OPPOSE", False, "x7", Span(*find("would not send help"))),
        Stance("z1", "n1", "y2", "SUPPORT", True, "author", Span(*find("asked", lede))),
    )
    blocks = list(blank.blocks)
    blocks[2] = Block(blocks[2].start, blocks[2].end, "subheading", rule="annotator")
    return Document(
        blank.id,
        text=blank.text,
        meta=blank.meta,
        blocks=tuple(blocks),
        mentions=mentions,
        entities=entities,
        events=events,
        stances=stances,
    )
