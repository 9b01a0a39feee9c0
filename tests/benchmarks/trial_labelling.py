"""One whole article annotated through the browser, as an annotator does it: clicks, drags, keys and seconds.

    DETENTE_LABELSTUDIO=.labelstudio/bin/label-studio python -m tests.benchmarks.trial_labelling

Three passes are worked one after the other, with the gold of an article as what the annotator has in mind; what is
pulled afterwards must be that gold. Seconds are those of the keystroke-level model (Card, Moran and Newell 1980: a key
0.2 s, a click or drag with the way to it 1.3 s and 1.4 s, a scroll 1 s; no thinking), since a script neither reads nor
hesitates; what the script itself took stands beside them. `--plain` works without short names and defaults.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path

import msgspec
from tests.live.conftest import start_browser
from tests.live.labelling_page import LabellingPage, Span

from detente.annotation.canonical import canonical
from detente.annotation.connection import Server, connect
from detente.annotation.export import convert_export
from detente.annotation.passes import read_gold
from detente.annotation.pull import pull
from detente.annotation.push import Plan, push
from detente.annotation.serve import serve
from detente.annotation.tasks import AnnotatedDocument
from detente.documents import Document, Entity, Event, Mention, Stance, without_annotation
from detente.ontology import Label, Ontology, load_ontology

ROOT = Path(__file__).resolve().parents[2]
SECONDS = {"keys": 0.2, "clicks": 1.3, "drags": 1.4, "scrolls": 1.0}
EVIDENCE_KEY, CONDITION_KEY = "s", "x"
EVENT_SOURCES, STANCE_SOURCES = {"author": "7", "unspecified": "8"}, {"author": "5", "unspecified": "6"}
UNITS = ("mention", "event", "argument", "other relation", "stance")


class Trial:
    """An annotator who knows the gold, at one page; `costs` holds what each kind of thing has cost."""

    def __init__(self, page: LabellingPage, gold: Document, ontology: Ontology, *, plain: bool) -> None:
        self.page, self.gold, self.ontology, self.plain = page, gold, ontology, plain
        self.text = gold.text or ""
        self.costs: dict[str, Counter[str]] = {unit: Counter() for unit in UNITS}
        self.numbers: Counter[str] = Counter()
        self.marked: list[Span] = []
        self.names: list[str] = []
        self.evidence: set[Span] = set()
        self._only: dict[Span, list[str]] = {}

    def cost(self, unit: str, work: Callable[[], object]) -> None:
        """Do something, and put what it costs down to a unit."""
        self.page.effort.clear()
        work()
        self.costs[unit] += self.page.effort
        self.numbers[unit] += 1

    def mentions(self) -> None:
        """The first pass."""
        entities = {entity.id: entity for entity in self.gold.entities}
        for mention in self.gold.mentions:
            self.cost("mention", partial(self._mention, mention, entities.get(mention.entity or "")))

    def _mention(self, mention: Mention, entity: Entity | None) -> None:
        place = (mention.start, mention.end)
        self._mark(self.ontology.entity_type[mention.type].hotkey, place)
        self.page.press(*keys_of(self.ontology.mention.levels, mention.level))
        self.page.press(*keys_of(self.ontology.mention.readings, mention.reading))
        if mention.value is not None:
            self.page.type_into("value", mention.value)
        if entity is not None:
            self.page.type_into("entity", self._typed(entity.name, place))
            self.names.append(entity.name)

    def _typed(self, name: str, place: Span) -> str:
        """The shortest way of giving a name: its own words, the beginning of a name given before, or in full."""
        if self.plain:
            return name
        if " ".join(self.text[slice(*place)].split()) == name:
            return "="
        given = sorted({entity.name for entity in self.gold.entities})
        if name in self.names:
            for length in range(1, len(name) - 1):
                if [other for other in given if other.startswith(name[:length])] == [name]:
                    return f"{name[:length]}*"
        return name

    def events(self) -> None:
        """The second pass: triggers with their attributes, then what each is linked to."""
        for event in self.gold.events:
            self.cost("event", partial(self._event, event))
        conditions = {event.condition for event in self.gold.events if event.condition is not None}
        for condition in sorted(conditions, key=lambda span: span.start):
            self.cost("other relation", partial(self._mark, CONDITION_KEY, (condition.start, condition.end)))
        spans = self._spans()
        self._only = {(span.start, span.end): ["condition"] for span in conditions}
        for event in self.gold.events:
            roles: dict[str, list[str]] = {}
            for argument in event.arguments:
                roles.setdefault(argument.mention or argument.event or "", []).append(argument.role)
            if event.source in roles:
                # between two regions the page draws one relation only
                roles[event.source or ""].append("source")
            for filler, labels in roles.items():
                self.cost("argument", partial(self._link, (event.start, event.end), spans[filler], labels))
                self.numbers["argument"] += len(labels) - 1
            self._other_links(event, spans, roles)

    def _event(self, event: Event) -> None:
        self._mark(self.ontology.event_type[event.type].hotkey, (event.start, event.end))
        defaults = {} if self.plain else getattr(self.ontology.event, "defaults", {})
        if event.polarity != defaults.get("polarity"):
            self.page.press(*keys_of(self.ontology.event.polarities, event.polarity))
        self.page.press(*keys_of(self.ontology.event.modalities, event.modality))
        if event.source != defaults.get("source"):
            self.page.press(*EVENT_SOURCES.get(event.source or "", ()))

    def _other_links(self, event: Event, spans: dict[str, Span], drawn: Collection[str]) -> None:
        place = (event.start, event.end)
        if event.source in spans and event.source not in drawn:
            source = spans[event.source or ""]
            self.cost("other relation", partial(self._link, place, source, ["source"]))
        if event.condition is not None:
            condition = (event.condition.start, event.condition.end)
            self.cost("other relation", partial(self._link, place, condition, ["condition"]))
        before = [e for e in self.gold.events if e.cluster == event.cluster and e.start < event.start]
        if before and before[-1].id not in drawn:
            last = (before[-1].start, before[-1].end)
            self.cost("other relation", partial(self._link, place, last, ["same event"]))

    def stances(self) -> None:
        """The third pass."""
        spans = self._spans()
        self._only = {(event.start, event.end): ["target"] for event in self.gold.events}
        for stance in self.gold.stances:
            self.cost("stance", partial(self._stance, stance, spans))

    def _stance(self, stance: Stance, spans: dict[str, Span]) -> None:
        if stance.evidence is None:
            raise ValueError(f"{stance.id} has no evidence")
        place = (stance.evidence.start, stance.evidence.end)
        again = place in self.evidence
        self.evidence.add(place)
        self._mark(EVIDENCE_KEY, place)
        region = self.page.selected_region() if again else ""
        self.page.press(*keys_of(self.ontology.stance.labels, stance.label), "8" if stance.explicit else "9")
        defaults = {} if self.plain else getattr(self.ontology.stance, "defaults", {})
        if stance.source != defaults.get("source"):
            self.page.press(*STANCE_SOURCES.get(stance.source or "", ()))
        links = {spans[self._nearest(stance.holder, place)]: ["holder"]}
        target = stance.target if stance.target in spans else self._nearest(stance.target, place)
        links.setdefault(spans[target], []).append("target")
        if stance.source in spans:
            links.setdefault(spans[stance.source or ""], []).append("source")
        for filler, labels in links.items():
            self._link(place, filler, labels, region)

    def _nearest(self, entity: str, place: Span) -> str:
        found = [m for m in self.gold.mentions if m.entity == entity]
        return min(found, key=lambda m: max(m.start - place[1], place[0] - m.end, 0)).id

    def _spans(self) -> dict[str, Span]:
        marks: tuple[Mention | Event, ...] = (*self.gold.mentions, *self.gold.events)
        self.marked = [*self.marked, *((mark.start, mark.end) for mark in marks)]
        return {mark.id: (mark.start, mark.end) for mark in marks}

    def _mark(self, key: str, place: Span) -> None:
        self.page.mark(key, place)
        self.marked.append(place)

    def _link(self, start: Span, end: Span, labels: list[str], region: str = "") -> None:
        self.page.link(start, end, (self._free(start), self._free(end)), region=region)
        # the only label that a relation to an event or a condition can have here need not be picked
        if self.plain or labels != self._only.get(end):
            self.page.label_relation(*labels)

    def _free(self, place: Span) -> int:
        """A character of a region that the fewest others cover, so that a click on it means this region."""
        others = [other for other in self.marked if other != place and other[1] - other[0] <= place[1] - place[0]]
        middle = (place[0] + place[1]) // 2
        inside = [n for n in range(*place) if not self.text[n].isspace()]
        return min(inside, key=lambda n: (sum(a <= n < b for a, b in others), abs(n - middle)))


def keys_of(labels: tuple[Label, ...], name: str | None) -> list[str]:
    """The hotkey of a value, where there is one."""
    return [label.hotkey for label in labels if label.name == name]


def say(line: str) -> None:
    """Print a line at once: a trial takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def passes(gold: Document) -> Iterator[tuple[str, Document | None]]:
    """The passes, each with the earlier layers that it is shown."""
    yield "mentions", None
    yield "events", msgspec.structs.replace(gold, events=(), stances=())
    yield "stance", msgspec.structs.replace(gold, stances=())


def work(trial: Trial, name: str, server: Server, earlier: Document | None, version: str) -> float:
    """One pass: push, open, annotate, submit; the seconds between opening and submitting."""
    versions = {trial.gold.id: [AnnotatedDocument(earlier, "earlier@example.org", name)]} if earlier else {}
    plan = Plan(name, (server.user,), version, versions=versions)
    (pushed,) = push(server, [without_annotation(trial.gold)], plan, trial.ontology)
    (task,) = server.client.tasks.list(project=pushed.project, fields="task_only")
    trial.page.open(pushed.project, int(task.id), trial.text)
    trial.page.select_after_creating()
    if not trial.plain:
        trial.page.show_newest_relation_first()
    start = time.monotonic()
    {"mentions": trial.mentions, "events": trial.events, "stance": trial.stances}[name]()
    trial.page.submit()
    took = time.monotonic() - start
    end = time.monotonic() + 60
    while not pull(server, pushed.project)[0]["annotations"] and time.monotonic() < end:
        time.sleep(0.5)
    for version_found in convert_export(pull(server, pushed.project), trial.ontology).documents:
        compare(name, version_found.document, trial)
        return took
    trial.page.screenshot(Path(tempfile.gettempdir()) / f"trial-{name}.png")
    say(f"{name}: the page refused the submission")
    return took


def compare(name: str, pulled: Document, trial: Trial) -> None:
    """Say how far what was pulled is the gold."""
    gold = canonical(trial.gold, trial.ontology)
    layers = {"mentions": ("mentions", "entities"), "events": ("events",), "stance": ("stances",)}[name]
    for layer in layers:
        wanted, found = (what_is_said(document, layer) for document in (gold, pulled))
        say(f"{name}: {len(wanted & found)} of {len(wanted)} {layer} as in the gold, {len(found - wanted)} otherwise")


def what_is_said(document: Document, layer: str) -> set[str]:
    """The items of a layer without ids and heads, which no control of the page gives."""
    drop = {"id", "head", "entity", "wikidata", "cluster", "holder", "target", "source", "arguments"}
    found = set()
    for item in msgspec.to_builtins(getattr(document, layer)):
        roles = sorted(argument["role"] for argument in item.get("arguments", ()))
        found.add(repr(sorted((key, str(value)) for key, value in item.items() if key not in drop)) + repr(roles))
    return found


def table(trial: Trial) -> list[str]:
    """What one of each unit costs, as Markdown."""
    lines = ["| unit | number | keys | clicks | drags | scrolls | seconds (model) |", "|---|---|---|---|---|---|---|"]
    total: Counter[str] = Counter()
    for unit in UNITS:
        number, costs = trial.numbers[unit], trial.costs[unit]
        if not number:
            continue
        total += costs
        each = [f"{costs[what] / number:.2f}" for what in ("keys", "clicks", "drags", "scrolls")]
        lines.append(f"| {unit} | {number} | {' | '.join(each)} | {seconds(costs) / number:.1f} |")
    sums = [str(total[what]) for what in ("keys", "clicks", "drags", "scrolls")]
    return [*lines, f"| the article | 1 | {' | '.join(sums)} | {seconds(total):.0f} |"]


def seconds(costs: Counter[str]) -> float:
    """Seconds by the keystroke-level model."""
    return sum(costs[what] * each for what, each in SECONDS.items())


def main() -> None:
    """Run the trial and print its table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("article", nargs="?", default="dt-0014")
    parser.add_argument("--plain", action="store_true", help="names in full, every attribute chosen")
    parser.add_argument("--only", choices=["mentions", "events", "stance"])
    arguments = parser.parse_args()
    ontology = load_ontology()
    gold = next(d for d in read_gold(ROOT / "annotation/exports", ontology) if d.id == arguments.article)
    executable = Path(os.environ.get("DETENTE_LABELSTUDIO") or ROOT / ".labelstudio/bin/label-studio")
    with tempfile.TemporaryDirectory() as folder, serve(executable, Path(folder) / "data", port=0) as running:
        server = connect(running.address, running.token)
        with start_browser() as driver:
            page = LabellingPage(driver, running.address)
            page.log_in(running.email, running.password)
            trial = Trial(page, gold, ontology, plain=arguments.plain)
            took = 0.0
            for name, earlier in passes(gold):
                if arguments.only in (None, name):
                    trial.marked = []
                    took += work(trial, name, server, earlier, "trial")
    say("\n".join(table(trial)))
    say(f"\nthe script itself took {took:.0f} s")


if __name__ == "__main__":
    main()
