"""Figures as other scorers give them, to stand beside those in papers; never the benchmark's own.

seqeval and nervaluate are the installed packages themselves (extra `test`), given our documents in their forms.
TextEE, coval and SemEval-2016's script are no packages: what they compute is written here in a few lines, their faults
and conventions included (0/0 is 0), and tested against figures that their own code printed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from itertools import pairwise

import msgspec

from detente.clusters import CLUSTER_METRICS, CONLL_METRICS
from detente.counts import Counts
from detente.documents import Document
from detente.errors import UsageError, did_you_mean
from detente.items import primary_mentions
from detente.ontology import Ontology
from detente.scoring import coreference, events, stance
from detente.scoring.batch import Batch
from detente.scoring.metrics import Key, Track
from detente.scoring.report import OtherFigure, Report
from detente.sentences import tokenize

# (gold, predicted) documents
Pairs = Sequence[tuple[Document, Document]]
Labelled = tuple[int, int, str]

REMEDY = "Install it with: pip install 'detente[test]'"


def other_figures(
    scorers: Iterable[str], gold: Sequence[Document], predicted: Iterable[Document], ontology: Ontology
) -> tuple[OtherFigure, ...]:
    """The figures of some other scorers (names of `SCORERS`); a document without prediction is scored as empty.

    Raises `UsageError` where a scorer is a package that is not installed.
    """
    found = {document.id: document for document in predicted}
    pairs = [(document, found.get(document.id, Document(document.id))) for document in gold]
    return tuple(figure for name in scorers for figure in SCORERS[name](pairs, ontology))


def with_other_figures(
    report: Report,
    scorers: Iterable[str],
    gold: Sequence[Document],
    predicted: Iterable[Document],
    ontology: Ontology,
) -> Report:
    """The report with the figures of some other scorers beside its own; raises as `other_figures` does."""
    return msgspec.structs.replace(report, other=other_figures(scorers, gold, predicted, ontology))


def chosen_scorers(names: str | None) -> tuple[str, ...]:
    """Scorers named in a list parted by commas; raises `UsageError` for an unknown or missing one."""
    chosen = tuple(dict.fromkeys(name.strip() for name in (names or "").split(",") if name.strip()))
    for name in chosen:
        if name not in SCORERS:
            raise UsageError(f"unknown scorer {name!r}; there are {', '.join(SCORERS)}{did_you_mean(name, SCORERS)}")
        _check_installed(name)
    return chosen


def _check_installed(name: str) -> None:
    if name in PACKAGES and find_spec(name) is None:
        raise UsageError(f"the package {name} is not installed; its figures are computed by itself. {REMEDY}")


# ---------------------------------------------------------------------------------------------------- entities


def seqeval_figures(pairs: Pairs, ontology: Ontology) -> list[OtherFigure]:
    """What seqeval says of IOB2 tags of the gold text's tokens: strict, and the default that reads tags leniently.

    Tags cannot nest: of mentions that overlap the longest is kept, then the first. A mention takes every token that it
    touches. Without text the edges of all mentions cut the tokens.
    """
    _check_installed("seqeval")
    from seqeval.metrics import f1_score, precision_score, recall_score
    from seqeval.scheme import IOB2

    sides: tuple[list[list[str]], list[list[str]]] = ([], [])
    dropped = 0
    for gold, predicted in pairs:
        mentions = primary_mentions(gold, ontology), primary_mentions(predicted, ontology)
        tokens = _tokens(gold, mentions[0] | mentions[1])
        for side, items in zip(sides, mentions, strict=True):
            flat = _outermost(items)
            dropped += len(items) - len(flat)
            side.append(_iob2(flat, tokens))
    note = f"tags cannot nest: {dropped} mentions inside or across others left out" if dropped else ""
    lenient = "; ".join(filter(None, ["mode 'strict' without a scheme silently gives this figure too", note]))
    figures = []
    for name, told, options in (("strict IOB2", note, {"mode": "strict", "scheme": IOB2}), ("default", lenient, {})):
        precision, recall, f1 = (
            float(function(*sides, zero_division=0, **options))
            for function in (precision_score, recall_score, f1_score)
        )
        figures.append(OtherFigure("seqeval", f"entities, {name}", precision, recall, f1, told))
    return figures


def _tokens(gold: Document, mentions: Iterable[Labelled]) -> list[tuple[int, int]]:
    if gold.text is not None:
        return tokenize(gold.text)
    edges = sorted({edge for start, end, _ in mentions for edge in (start, end)})
    return list(pairwise(edges))


def _outermost(mentions: Iterable[Labelled]) -> list[Labelled]:
    kept: list[Labelled] = []
    for mention in sorted(mentions, key=lambda m: (m[0] - m[1], m)):
        if all(mention[1] <= other[0] or other[1] <= mention[0] for other in kept):
            kept.append(mention)
    return sorted(kept)


def _iob2(mentions: Iterable[Labelled], tokens: Sequence[tuple[int, int]]) -> list[str]:
    tags = ["O"] * len(tokens)
    for start, end, kind in mentions:
        touched = [place for place, (begin, stop) in enumerate(tokens) if begin < end and start < stop]
        for place in touched:
            tags[place] = f"{'B' if place == touched[0] else 'I'}-{kind}"
    return tags


def nervaluate_figures(pairs: Pairs, ontology: Ontology) -> list[OtherFigure]:
    """The four schemas of nervaluate on spans, mentions in the order of the files, ends made inclusive as it wants."""
    _check_installed("nervaluate")
    from nervaluate import Evaluator

    sides: list[list[list[dict[str, str | int]]]] = [[], []]
    for pair in pairs:
        for side, document in zip(sides, pair, strict=True):
            counted = primary_mentions(document, ontology)
            side.append(
                [
                    {"label": m.type, "start": m.start, "end": m.end - 1}
                    for m in document.mentions
                    if (m.start, m.end, m.type) in counted
                ]
            )
    overall = Evaluator(*sides, tags=list(ontology.entity_type), loader="dict").evaluate()["overall"]
    note = "greedy in file order, so the order of predictions changes it"
    return [
        OtherFigure("nervaluate", f"entities, {name}", result.precision, result.recall, result.f1, note)
        for name, result in overall.items()
    ]


# ------------------------------------------------------------------------------------------------------ events


def textee_figures(pairs: Pairs, ontology: Ontology) -> list[OtherFigure]:
    """TextEE's six figures (Huang et al. 2024); events that fill roles are left out, TextEE having none."""
    left_out = sum(a.event is not None for gold, _ in pairs for event in gold.events for a in event.arguments)
    plain = [(_without_event_fillers(gold), _without_event_fillers(predicted)) for gold, predicted in pairs]
    counts = _totals(events.TRACK, plain, ontology)
    totals = {name: counts.get(Key(events.NAME, name), Counts()) for name in events.TEXTEE}
    told = f"{left_out} gold arguments filled by events left out" if left_out else ""
    loose = "a right argument on a wrong trigger is credited"
    return [
        _figure("textee", name, total, "; ".join(filter(None, [told, loose if name in ("AI", "AC") else ""])))
        for name, total in totals.items()
    ]


def _without_event_fillers(document: Document) -> Document:
    return msgspec.structs.replace(
        document,
        events=tuple(
            msgspec.structs.replace(event, arguments=tuple(a for a in event.arguments if a.event is None))
            for event in document.events
        ),
    )


# ------------------------------------------------------------------------------------------------- coreference


def coval_figures(pairs: Pairs, ontology: Ontology) -> list[OtherFigure]:
    """The figures of coval on mention spans, with and without singletons; an undefined MUC counts 0 in its CoNLL F1."""
    totals = {key.metric: counts for key, counts in _totals(coreference.TRACK, pairs, ontology).items()}
    figures = []
    for suffix, words in (("", ""), (coreference.NO_SINGLETONS, coreference.NO_SINGLETONS)):
        undefined = totals["MUC" + suffix].f1 is None
        conll = sum(totals[name + suffix].f1 or 0.0 for name in CONLL_METRICS) / len(CONLL_METRICS)
        note = "MUC is 0/0 and counts 0: a perfect system gets no more than .667" if undefined else ""
        figures.append(OtherFigure("coval", "CoNLL" + words, None, None, conll, note))
        for name in CLUSTER_METRICS:
            kept = "singletons can be had back by adding wrong mentions to them" if suffix else ""
            figures.append(_figure("coval", name + words, totals[name + suffix], kept))
    return figures


# ------------------------------------------------------------------------------------------------------ stance


def semeval2016_figures(pairs: Pairs, ontology: Ontology) -> list[OtherFigure]:
    """SemEval-2016 task 6: the mean F1 of the labels for and against over the gold (holder, target) pairs."""
    labels = ontology.stance.macro_labels
    counts = _totals(stance.TRACK, pairs, ontology)
    totals = {label: counts.get(Key(stance.NAME, "macro", stance.GIVEN_PAIRS, label), Counts()) for label in labels}
    if not labels:
        return []
    mean = sum(total.f1 or 0.0 for total in totals.values()) / len(labels)
    note = "on given pairs only: pairs that a system makes up cost nothing; a label that does not occur counts 0"
    return [
        OtherFigure("semeval2016", f"mean F1 of {' and '.join(labels)}", None, None, mean, note),
        *(_figure("semeval2016", label, total, "") for label, total in totals.items()),
    ]


def _totals(track: Track, pairs: Pairs, ontology: Ontology) -> dict[Key, Counts]:
    """What a track counts of all pairs."""
    batch = Batch(ontology, track.layers)
    for gold, predicted in pairs:
        batch.add(gold, predicted)
    return track.count(batch).totals()


def _figure(scorer: str, metric: str, total: Counts, note: str) -> OtherFigure:
    return OtherFigure(scorer, metric, total.precision or 0.0, total.recall or 0.0, total.f1 or 0.0, note)


PACKAGES = ("seqeval", "nervaluate")
SCORERS: dict[str, Callable[[Pairs, Ontology], list[OtherFigure]]] = {
    "seqeval": seqeval_figures,
    "nervaluate": nervaluate_figures,
    "textee": textee_figures,
    "coval": coval_figures,
    "semeval2016": semeval2016_figures,
}
