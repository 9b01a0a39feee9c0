"""Small made-up articles to train on, and models trained on them once for all tests."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from detente.baselines import BASELINES, Model, train
from detente.documents import Argument, Block, BlockKind, Document, Entity, Event, Mention, Meta, Span, Stance
from detente.ontology import Ontology

STATES = {"Norland": ("Norlandic", "Varn"), "Sudria": ("Sudrian", "Port Este"), "Keld": ("Keldish", "Kel City")}
SPEECH = {"criticised": ("ACCUSE_CRITICISE", "OPPOSE"), "praised": ("ENDORSE", "SUPPORT")}
HEADLINE = "Norland Praised Sudria After Keld Signed Pact"


class Article:
    """An article that is written and annotated at once."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.text = ""
        self.blocks: list[Block] = []
        self.mentions: list[Mention] = []
        self.entities: dict[str, Entity] = {}
        self.events: list[Event] = []
        self.stances: list[Stance] = []
        self._start = 0

    def say(self, words: str) -> tuple[int, int]:
        start = len(self.text)
        self.text += words
        return start, len(self.text)

    def end_block(self, kind: BlockKind = "body") -> None:
        self.blocks.append(Block(self._start, len(self.text), kind))
        self.text += "\n\n"
        self._start = len(self.text)

    def mention(self, words: str, kind: str, level: str | None = "NAM", name: str = "", reading: str = "") -> Mention:
        start, end = self.say(words)
        return self.mark(start, end, kind, level, name, reading)

    def mark(
        self, start: int, end: int, kind: str, level: str | None = "NAM", name: str = "", reading: str = ""
    ) -> Mention:
        entity = self.entities.setdefault(name, Entity(f"e{len(self.entities) + 1}", name, kind)) if name else None
        mention = Mention(
            id=f"m{len(self.mentions) + 1}",
            start=start,
            end=end,
            type=kind,
            level=level,
            reading=reading or None,
            entity=entity.id if entity else None,
        )
        self.mentions.append(mention)
        return mention

    def event(
        self, words: str, kind: str, polarity: str = "POS", modality: str = "ACTUAL", source: str = "author"
    ) -> int:
        start, end = self.say(words)
        name = f"v{len(self.events) + 1}"
        self.events.append(Event(name, kind, start, end, polarity, modality, source, cluster=f"c{name}"))
        return len(self.events) - 1

    def fill(self, event: int, **roles: Mention | int) -> None:
        arguments = tuple(
            Argument(role, event=self.events[filler].id)
            if isinstance(filler, int)
            else Argument(role, mention=filler.id)
            for role, filler in roles.items()
        )
        old = self.events[event]
        self.events[event] = Event(
            old.id, old.type, old.start, old.end, old.polarity, old.modality, old.source, None, old.cluster, arguments
        )

    def stance(self, holder: Mention, target: str | None, label: str, event: int) -> None:
        assert holder.entity
        assert target
        evidence = Span(self.events[event].start, self.events[event].end)
        name = f"s{len(self.stances) + 1}"
        self.stances.append(Stance(name, holder.entity, target, label, True, "author", evidence))

    def document(self) -> Document:
        return Document(
            id=f"made-{self.number:03}",
            text=self.text,
            meta=Meta(published="2024-03-05"),
            blocks=tuple(self.blocks),
            mentions=tuple(self.mentions),
            entities=tuple(self.entities.values()),
            events=tuple(self.events),
            stances=tuple(self.stances),
        )


def write_article(number: int) -> Document:
    """An article about two of three states: a pact, words for or against, a plan, a denial, and page debris."""
    rng = random.Random(number)
    article = Article(number)
    a, b = rng.sample(sorted(STATES), 2)
    article.say(f"{a} and {b} in the News")
    article.end_block("title")
    _pact(article, a, b, rng)
    article.say(HEADLINE)
    article.end_block("related_headline")
    for _ in range(2):
        speaker, other = rng.sample([a, b], 2)
        _words(article, speaker, other, rng.choice(sorted(SPEECH)))
    _plan(article, b, a)
    return article.document()


def _state(article: Article, name: str) -> Mention:
    return article.mention(name, "GPE", "NAM", name, "government")


def _pact(article: Article, a: str, b: str, rng: random.Random) -> None:
    first = _state(article, a)
    article.say(" ")
    signed = article.event("signed", "SIGN_AGREEMENT")
    article.say(" a ")
    pact = article.mention("defence pact", "AGR", "NOM", "defence pact")
    article.say(" with ")
    second = _state(article, b)
    article.say(" in ")
    city = STATES[a][1]
    place = article.mention(city, "GPE", "NAM", city, "place")
    article.say(" on ")
    time = article.mention(rng.choice(["Monday", "Tuesday", "Friday"]), "TIME", None)
    article.say(".")
    article.fill(signed, Instrument=pact, Place=place, Time=time, Party=first)
    article.fill(signed, Instrument=pact, Place=place, Time=time, Party=second)
    article.end_block()


def _words(article: Article, a: str, b: str, verb: str) -> None:
    kind, label = SPEECH[verb]
    first = _state(article, a)
    article.say(" ")
    speech = article.event(verb, kind)
    article.say(" ")
    second = _state(article, b)
    article.say(" again.")
    roles = ("Accuser", "Accused") if kind == "ACCUSE_CRITICISE" else ("Agent", "Endorsed")
    article.fill(speech, **dict(zip(roles, (first, second), strict=True)))
    article.stance(first, second.entity, label, speech)
    article.end_block()


def _plan(article: Article, a: str, b: str) -> None:
    article.say("A ")
    start = len(article.text)
    adjective, _ = STATES[a]
    article.mention(adjective, "GPE", "ADJ", a, "government")
    _, end = article.say(" official")
    official = article.mark(start, end, "PER", "NOM", f"{adjective} official")
    article.say(" said ")
    asker = _state(article, b)
    article.say(" could ")
    asked = article.event("ask", "DEMAND_REQUEST", "POS", "POSSIBLE", official.id)
    article.say(" for the ")
    deployment = article.event("deployment", "DEPLOY", "POS", "POSSIBLE", official.id)
    article.say(" of ")
    start = len(article.text)
    article.mention(adjective, "GPE", "ADJ", a, "government")
    _, end = article.say(" army")
    army = article.mark(start, end, "MIL", "NAM", f"{adjective} army")
    article.say(" units.")
    article.fill(asked, Requester=asker, Content=deployment)
    article.fill(deployment, Force=army)
    article.stance(asker, article.events[deployment].id, "SUPPORT", asked)
    article.end_block()


@pytest.fixture(scope="session")
def made() -> Callable[[int], Document]:
    return write_article


@pytest.fixture(scope="session")
def train_documents() -> list[Document]:
    return [write_article(number) for number in range(12)]


@pytest.fixture(scope="session")
def test_documents() -> list[Document]:
    return [write_article(number) for number in range(100, 104)]


@pytest.fixture(scope="session")
def models(
    train_documents: Sequence[Document], ontology: Ontology, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Model]:
    folder = tmp_path_factory.mktemp("models")
    return {name: train(name, train_documents, ontology, None, folder / name) for name in BASELINES}


@pytest.fixture(params=sorted(BASELINES))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def model(models: dict[str, Model], name: str) -> Model:
    return models[name]


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).resolve().parents[2]
