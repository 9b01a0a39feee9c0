"""detente's scorer for Hugging Face `evaluate`: `evaluate.load("scoring/evaluate_module")`.

Predictions and references are documents as JSON strings, as they stand in the project's JSONL files, one for one.
"""

import datasets
import evaluate

from detente.scoring.integrations import evaluate_lines, flat_figures

DESCRIPTION = "Entities, coreference, events, attributes and stance of annotated news, as detente scores them."
INPUTS = """
Args:
    predictions: documents as JSON strings, one for each reference (an empty one: '{"id": "..."}').
    references: the gold documents as JSON strings.
    setting: "e2e" (default) or "given".
    tracks: some tracks only.
    details: diagnostics too.
Returns:
    "overall", and every figure under "<track> <metric>"; "signatures" says how to repeat them. 0/0 is left out.
"""
CITATION = "See CITATION.cff of the project."


class Detente(evaluate.Metric):
    """The same figures as `detente score`."""

    def _info(self):
        return evaluate.MetricInfo(
            description=DESCRIPTION,
            citation=CITATION,
            inputs_description=INPUTS,
            features=datasets.Features(
                {"predictions": datasets.Value("string"), "references": datasets.Value("string")}
            ),
        )

    def _compute(self, predictions, references, setting="e2e", tracks=None, details=False):
        report = evaluate_lines(references, predictions, setting=setting, tracks=tracks, details=details, resamples=0)
        return {**flat_figures(report), "signatures": report.signatures}
