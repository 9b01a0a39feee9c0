"""Studies of the corpus with the baselines: leaks, learning curve, transfer to other corpora."""
