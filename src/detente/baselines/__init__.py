"""Baselines: models to beat, trained from annotated documents, each filling all layers end to end.

`BASELINES` names them; `train`, `load_model` and `predict_documents` run them.
"""

from detente.baselines.names import BASELINES, find_baseline
from detente.baselines.protocol import KEEP, Baseline, Model, Progress, Settings
from detente.baselines.run import load_model, make_settings, predict_documents, read_settings, train

__all__ = [
    "BASELINES",
    "KEEP",
    "Baseline",
    "Model",
    "Progress",
    "Settings",
    "find_baseline",
    "load_model",
    "make_settings",
    "predict_documents",
    "read_settings",
    "train",
]
