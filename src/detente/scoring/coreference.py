"""Entity coreference: CoNLL F1 (mean of MUC, B³ and CEAFe), singletons kept.

A mention is its span; what is clustered are the mentions that refer to an entity, of every level. Counts are summed
over documents before precision and recall are taken. Where MUC is undefined (no cluster of two anywhere) the mean is
that of the others, and the report says so.

The figures without singletons are there for comparison with papers: dropping them has the known flaw that a wrong
mention added to a singleton brings a right one back into the count.
"""

from __future__ import annotations

from detente.clusters import CLUSTER_METRICS, CONLL_METRICS, without_singletons
from detente.ontology import Ontology
from detente.scoring.batch import Batch
from detente.scoring.columns import ENTITY, MENTION, NONE
from detente.scoring.metrics import Counted, Key, Metric, Track

NAME = "coreference"
NO_SINGLETONS = " without singletons"
DEFINITIONS = {
    "MUC": "F1 over coreference links (Vilain et al. 1995)",
    "B3": "F1 over each mention's share of its cluster (Bagga and Baldwin 1998)",
    "CEAFe": "F1 over clusters aligned one-to-one by φ4 (Luo 2005)",
    "LEA": "link-based F1 weighted by cluster size (Moosavi and Strube 2016)",
    "mentions": "F1 over the mentions that are in any cluster",
}
KEYS = {name: Key(NAME, name) for name in CLUSTER_METRICS}
LARGER_KEYS = {name: Key(NAME, name + NO_SINGLETONS) for name in CLUSTER_METRICS}


def count(batch: Batch) -> Counted:
    """Counts of a batch."""
    kept = batch.overlap
    larger = without_singletons(kept)
    figures = {key: CLUSTER_METRICS[name](kept) for name, key in KEYS.items()}
    return Counted(figures | {key: CLUSTER_METRICS[name](larger) for name, key in LARGER_KEYS.items()})


def metrics(ontology: Ontology) -> tuple[Metric, ...]:
    """The figures of this track."""
    figures = []
    for suffix, words in (("", "singletons kept"), (NO_SINGLETONS, "clusters of one dropped on both sides")):
        figures.append(
            Metric(
                "CoNLL" + suffix,
                f"mean F1 of MUC, B³ and CEAFe, {words}",
                tuple(Key(NAME, name + suffix) for name in CONLL_METRICS),
                support=(Key(NAME, "mentions" + suffix),),
                flag=True,
            )
        )
        figures += [
            Metric(name + suffix, f"{definition}, {words}", (Key(NAME, name + suffix),))
            for name, definition in DEFINITIONS.items()
        ]
    return tuple(figures)


TRACK = Track(
    name=NAME,
    primary="CoNLL",
    match="exact",
    average="micro",
    metrics=metrics,
    count=count,
    layers=frozenset({MENTION, ENTITY}),
    holds=lambda side: bool((side.mentions.entity != NONE).any()),
)
