"""What all tests share: the ontology, a small gold document, and the folder of outside material where it is there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from detente.documents import Document
from detente.ingest.sources import make_document
from detente.ontology import Ontology, load_ontology
from detente.quotes import parse_quotes

# the suite tries the same examples every time; DETENTE_HYPOTHESIS=thorough tries 1,000 new ones of each property
settings.register_profile("quick", max_examples=60, deadline=None, derandomize=True)
settings.register_profile("thorough", max_examples=1_000, deadline=None)
settings.load_profile(os.environ.get("DETENTE_HYPOTHESIS", "quick"))

ROOT = Path(__file__).resolve().parents[1]

TEXT = """Sudria Signs Pact With Norland

Norland and Sudria signed a defence pact in Varn on Monday, with no provision for any deployment of Norlandic troops.

Port Talks Stall as Varn Sends New Envoy to the Islands

Keld criticised Norland. A Norlandic official said Varn could send advisers if Keld asked for them.

Leave a Reply
"""

NOTATION = """
M m1 1 "Norland" GPE NAM government = Norland
M m2 1 "Sudria" GPE NAM government = Sudria
M m3 1 "defence pact" AGR NOM = defence pact
M m4 1 "Varn" GPE NAM place = Varn
M t1 1 "Monday" TIME value=2024-03-04
M m5 1 "Norlandic troops" MIL NOM = Norlandic troops
M m6 1 "Norlandic" GPE ADJ government = Norland
M m7 2 "Keld" GPE NAM government = Sudria
M m8 2 "Norland" GPE NAM government = Norland
M m9 3 "Norlandic official" PER NOM head="official" = Norlandic official
M m10 3 "Norlandic" GPE ADJ government = Norland
M m11 3 "Varn" GPE NAM government = Norland
M m12 3 "advisers" MIL NOM = advisers
M m13 3 "Keld" GPE NAM government = Sudria
E v1 1 "signed" SIGN_AGREEMENT POS ACTUAL source=author Party=m1 Party=m2 Instrument=m3 Place=m4 Time=t1
E v2 1 "deployment" DEPLOY NEG PLANNED source=author Force=m5 Under=m3
E v3 2 "criticised" ACCUSE_CRITICISE POS ACTUAL source=author Accuser=m7 Accused=m8
E v4 3 "send" DEPLOY POS POSSIBLE source=m9 if="if Keld asked for them" Actor=m11 Force=m12
E v5 3 "asked" DEMAND_REQUEST POS POSSIBLE source=m9 Requester=m13 Content=v4
S s1 2 "criticised Norland" holder=m7 target=m8 OPPOSE EXPLICIT source=author
S s2 3 "asked for them" holder=m13 target=v4 SUPPORT EXPLICIT source=m9
"""

FIELDS = {
    "published": "2024-03-05",
    "story": "pact",
    "sources": ["https://example.org/a"],
    "licence": "CC-BY-4.0",
    "language": "en-GB",
    "family": "agreements",
    "region": "north",
    "kind": "wire_report",
    "provenance": {"text": {"kind": "human", "family": ""}},
}


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    return load_ontology()


@pytest.fixture(scope="session")
def blank() -> Document:
    return make_document(TEXT.encode(), "dx-0001", FIELDS, "dx-0001.txt")


@pytest.fixture(scope="session")
def gold(blank: Document, ontology: Ontology) -> Document:
    return parse_quotes(NOTATION, blank, ontology)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Outside material (real articles, public corpora, other scorers' figures), beside the checkout."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no ../shared beside this checkout")
    return folder
