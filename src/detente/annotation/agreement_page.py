"""The agreement report as one HTML page: figures, a heat map of annotator pairs, and what is taken for what.

Nothing is loaded from any network, and there is no script; every value is escaped by the template.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from detente.annotation.agreement import PairAgreement
from detente.annotation.agreement_text import agreement_rows
from detente.annotation.confusions import Confusion, Passage
from detente.annotation.passes import AgreementReport
from detente.annotation.places import Links
from detente.intervals import METHOD_WORDS
from detente.pages import render_page

SHOWN_CONFUSIONS = 40
SHOWN_PASSAGES = 25
SHADES = 10


def agreement_page(
    report: AgreementReport,
    pairs: Sequence[PairAgreement],
    confusions: Sequence[Confusion],
    links: Links | None = None,
) -> str:
    """The page; confusions are shown in their order, the first forty with up to 25 passages each.

    `links` leads from each annotator of a passage to the article's page on the server.
    """
    header, rows = agreement_rows(report)
    return render_page(
        "annotation/agreement.html.j2",
        style="annotation/agreement.css",
        title=report.title,
        header=header,
        rows=rows,
        method=METHOD_WORDS,
        heat=_heat(pairs),
        listed=[_listed(confusion, links or {}) for confusion in confusions[:SHOWN_CONFUSIONS]],
        shown=min(len(confusions), SHOWN_CONFUSIONS),
        confusions=len(confusions),
        disagreements=sum(len(confusion.passages) for confusion in confusions),
    )


def _heat(pairs: Sequence[PairAgreement]) -> dict[str, Any]:
    """A row for each pair of annotators, a column for each measure that some pair has a figure for."""
    measures = [
        measure
        for measure in dict.fromkeys(measure for pair in pairs for measure in pair.values)
        if any(pair.values[measure] is not None for pair in pairs)
    ]
    return {
        "layers": [
            (layer, [name for _, name in group]) for layer, group in groupby(measures, key=lambda measure: measure[0])
        ],
        "lines": [
            {
                "first": pair.first,
                "second": pair.second,
                "documents": pair.documents,
                "cells": [_cell(pair.values[measure]) for measure in measures],
            }
            for pair in pairs
        ],
    }


def _cell(value: float | None) -> dict[str, str]:
    if value is None:
        return {"value": "–", "shade": "none"}
    return {"value": f"{value:.3f}", "shade": f"h{min(max(int(value * SHADES), 0), SHADES)}"}


def _listed(confusion: Confusion, links: Links) -> dict[str, object]:
    return {
        "layer": confusion.layer,
        "one": confusion.one,
        "other": confusion.other,
        "number": len(confusion.passages),
        "passages": [(passage, _who(passage, links)) for passage in confusion.passages[:SHOWN_PASSAGES]],
        "more": max(len(confusion.passages) - SHOWN_PASSAGES, 0),
    }


def _who(passage: Passage, links: Links) -> list[dict[str, str]]:
    """The two annotators of a passage, each with the address of the article's page, where it is known."""
    pairs = zip((passage.first, passage.second), passage.passes, strict=True)
    return [{"name": name, "link": links.get((name, made, passage.document), "")} for name, made in pairs]
