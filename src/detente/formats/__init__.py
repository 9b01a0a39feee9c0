"""Readers of other corpora: each gives blank documents, and that corpus's own items beside them."""
