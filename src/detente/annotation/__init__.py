"""Annotation: labelling pages, the Label Studio client and converter, agreement and adjudication."""
