"""The dataset card, drawn from the data: the YAML that `load_dataset` reads, and tables of what is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from detente.dataset.balance import MOST, frequent_actors
from detente.dataset.challenges import count_challenges
from detente.dataset.features import CONFIGURATIONS
from detente.dataset.release import VERSION
from detente.dataset.splits import Splits
from detente.documents import Document
from detente.files import write_text
from detente.ontology import Ontology
from detente.phenomena import has_debris


def write_card(folder: Path, splits: Splits, standoff: Splits, ontology: Ontology, evidence: str) -> None:
    """Write `README.md` of the dataset folder from the template `card.md.jinja`."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("detente.dataset", "."),
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown, not HTML
    )
    documents = [document for group in splits.values() for document in group]
    card = environment.get_template("card.md.jinja").render(
        files=_data_files(splits, standoff),
        counts=count_items(splits),
        labels=_label_tables(splits, ontology),
        spread=_spread(documents),
        challenges=count_challenges(splits, ontology),
        actors=frequent_actors(splits, ontology),
        most=MOST,
        passes=_passes(documents),
        version=VERSION,
        provenance=sorted(_provenance(documents)),
        standoff=[document for group in standoff.values() for document in group],
        ontology=ontology,
        evidence=evidence,
        canary=next((d.meta.canary for d in documents if d.meta and d.meta.canary), ""),
        size="n<1K" if len(documents) < 1000 else "1K<n<10K",
    )
    write_text(folder / "README.md", card)


def count_items(splits: Splits) -> list[tuple[str, list[int]]]:
    """(what, number by split and in all) for the card and for `detente data stats`."""
    counters = {
        "articles": lambda d: 1,
        "words": lambda d: len((d.text or "").split()),
        "articles with page debris": lambda d: int(has_debris(d)),
        "mentions": lambda d: len(d.mentions),
        "entities": lambda d: len(d.entities),
        "event mentions": lambda d: len(d.events),
        "event clusters": lambda d: len({e.cluster for e in d.events}),
        "arguments": lambda d: sum(len(e.arguments) for e in d.events),
        "stances": lambda d: len(d.stances),
    }
    rows = []
    for what, counter in counters.items():
        numbers = [sum(map(counter, group)) for group in splits.values()]
        rows.append((what, [*numbers, sum(numbers)]))
    return rows


def _data_files(splits: Splits, standoff: Splits) -> dict[str, list[str]]:
    files = {}
    for configuration in CONFIGURATIONS:
        parts = standoff if configuration == "standoff" else splits
        files[configuration] = [split for split, group in parts.items() if group]
    return {configuration: present for configuration, present in files.items() if present}


def _label_tables(splits: Splits, ontology: Ontology) -> list[tuple[str, list[tuple[str, list[int]]]]]:
    layers: dict[str, tuple[Iterable[str], Any]] = {
        "mention types": (ontology.entity_type, lambda d: (m.type for m in d.mentions)),
        "levels": (ontology.levels, lambda d: (m.level for m in d.mentions)),
        "event types": (ontology.event_type, lambda d: (e.type for e in d.events)),
        "polarity": (ontology.polarities, lambda d: (e.polarity for e in d.events)),
        "modality": (ontology.modalities, lambda d: (e.modality for e in d.events)),
        "roles": (ontology.roles, lambda d: (a.role for e in d.events for a in e.arguments)),
        "stance labels": (ontology.stance_labels, lambda d: (s.label for s in d.stances)),
    }
    tables = []
    for what, (names, items) in layers.items():
        counters = [Counter(item for document in group for item in items(document)) for group in splits.values()]
        rows = [(name, [*(c[name] for c in counters), sum(c[name] for c in counters)]) for name in names]
        tables.append((what, rows))
    return tables


def _spread(documents: Sequence[Document]) -> list[tuple[str, list[tuple[str, int]]]]:
    metas = [document.meta for document in documents if document.meta]
    years = Counter(meta.published[:4] for meta in metas)
    return [
        ("family", Counter(meta.family for meta in metas).most_common()),
        ("region", Counter(meta.region for meta in metas).most_common()),
        ("kind of writing", Counter(meta.kind for meta in metas).most_common()),
        ("year", sorted(years.items())),
    ]


def _provenance(documents: Sequence[Document]) -> set[str]:
    lines = set()
    for document in documents:
        for step, facts in (document.meta.provenance if document.meta else {}).items():
            for fact in facts if isinstance(facts, list) else [facts]:
                lines.add(f"{step}: {fact.get('kind', 'unknown')} ({fact.get('family', 'unknown')})")
    return lines


def _passes(documents: Sequence[Document]) -> dict[int, int]:
    """How many articles had how many passes before their gold was decided."""
    counts: Counter[int] = Counter()
    for document in documents:
        passes = (document.meta.provenance if document.meta else {}).get("passes", ())
        counts[len(passes) if isinstance(passes, list) else 1] += 1
    return dict(sorted(counts.items(), reverse=True))
