"""Leak baselines: how far the label of a stance can be told from what should not tell it.

Gold holders, targets and evidence are given; only for or against is asked. Each baseline sees one part of what a reader
sees. Where the target's name alone, or the words without knowing the target, come near to what everything gives, the
corpus gives its labels away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from detente.baselines.linear import LinearSettings, fit_linear
from detente.documents import Document, Event, Mention, Stance
from detente.sentences import tokenize

SETTINGS = LinearSettings(c=1.0, min_count=1)


@dataclass(frozen=True, slots=True)
class LeakResult:
    """What one baseline said: its name, what it saw, and the (gold, predicted) labels by story.

    By document where not every document carries a story: what scores resample.
    """

    name: str
    sees: str
    labels: dict[str, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class _Case:
    document: Document
    stance: Stance
    holder: list[Mention]
    target: list[Mention | Event]

    @property
    def words(self) -> list[tuple[int, int, str]]:
        """The tokens of the evidence: start, end, lower-cased."""
        text, evidence = self.document.text or "", self.stance.evidence
        assert evidence is not None  # noqa: S101 - `_cases` leaves out what has none
        return [(a, b, text[a:b].lower()) for a, b in tokenize(text, evidence.start, evidence.end)]

    def names(self, items: Sequence[Mention | Event]) -> list[str]:
        return [(self.document.text or "")[item.start : item.end].lower() for item in items]


def _nothing(case: _Case) -> list[str]:
    return ["the same for all"]


def _target_only(case: _Case) -> list[str]:
    entity = next((e.name for e in case.document.entities if e.id == case.stance.target), "")
    return [f"entity={entity}", *(f"word={name}" for name in case.names(case.target)), *_types(case.target)]


def _text_only(case: _Case) -> list[str]:
    return [f"word={word}" for _, _, word in case.words if not _inside(case, (*case.holder, *case.target))(word)]


def _masked(case: _Case) -> list[str]:
    """The words with every mention replaced by its type, holder and target marked."""
    holder, target = {id(item) for item in case.holder}, {id(item) for item in case.target}
    covered: dict[int, str] = {}
    for item in sorted(case.document.mentions, key=lambda m: m.start - m.end, reverse=True):
        mark = "HOLDER" if id(item) in holder else "TARGET" if id(item) in target else item.type
        covered.update(dict.fromkeys(range(item.start, item.end), mark))
    marks = [covered.get(start, word) for start, _, word in case.words]
    return [*(f"word={mark}" for mark in marks), *_pairs(marks), *_types(case.target)]


def _everything(case: _Case) -> list[str]:
    return [*_target_only(case), *_masked(case), *(f"raw={word}" for _, _, word in case.words)]


SEEN: dict[str, tuple[str, Callable[[_Case], list[str]]]] = {
    "majority": ("nothing", _nothing),
    "target only": ("the target's name, words and type", _target_only),
    "text only": ("the words of the evidence without holder and target", _text_only),
    "entities masked": ("the evidence with mentions replaced by types, holder and target marked", _masked),
    "everything": ("all of these", _everything),
}


def find_leaks(train: Sequence[Document], test: Sequence[Document]) -> list[LeakResult]:
    """Train every leak baseline on the stances of `train` and label those of `test`; documents carry text and gold."""
    learned, asked, units = list(_cases(train)), list(_cases(test)), _units(test)
    results = []
    for name, (sees, features) in SEEN.items():
        model = fit_linear([features(case) for case in learned], [case.stance.label for case in learned], SETTINGS, 0)
        said = model.classify([features(case) for case in asked])
        labels: dict[str, list[tuple[str, str]]] = {}
        for case, label in zip(asked, said, strict=True):
            labels.setdefault(units[case.document.id], []).append((case.stance.label, label))
        results.append(LeakResult(name, sees, labels))
    return results


def _units(documents: Sequence[Document]) -> dict[str, str]:
    """The story of each document by its id; the id itself where not all have one."""
    stories = {document.id: document.meta.story if document.meta else "" for document in documents}
    return stories if all(stories.values()) else {name: name for name in stories}


def _cases(documents: Sequence[Document]) -> Iterator[_Case]:
    for document in documents:
        for stance in document.stances:
            if stance.evidence is not None:
                holder = [m for m in document.mentions if m.entity == stance.holder]
                target: list[Mention | Event] = [m for m in document.mentions if m.entity == stance.target]
                target += [event for event in document.events if event.id == stance.target]
                yield _Case(document, stance, holder, target)


def _inside(case: _Case, items: Sequence[Mention | Event]) -> Callable[[str], bool]:
    hidden = {word for name in case.names(items) for word in name.split()}
    return hidden.__contains__


def _types(items: Sequence[Mention | Event]) -> list[str]:
    return sorted({f"type={item.type}" for item in items})


def _pairs(words: Sequence[str]) -> list[str]:
    return [f"pair={one} {two}" for one, two in pairwise(words)]
