"""Scoring: documents → counts → report. `evaluate` is the one function that everything else calls."""
