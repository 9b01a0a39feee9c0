"""Ranks that systems share where a test cannot tell them apart.

The rule: systems are ordered by their figure. The best one leads a group; it is compared with every system below it by
the paired permutation test, the p-values corrected by Holm over these comparisons. Going down the order, each system
with p ≥ .05 shares the leader's rank, until the first with p < .05: that one leads the next group. A rank is one more
than the number of systems in the groups above (1, 1, 3). So sharing a rank says "not told apart from the best of its
group on this gold", never "equal".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from detente.scoring.permutation import holm

ALPHA = 0.05


def shared_ranks(values: Mapping[str, float], p_value: Callable[[str, str], float]) -> dict[str, int]:
    """Ranks from 1 by falling value; `p_value` of two names is the uncorrected p of their difference."""
    ordered = sorted(values, key=lambda name: (-values[name], name))
    ranks: dict[str, int] = {}
    while len(ranks) < len(ordered):
        first = len(ranks)
        leader, *others = ordered[first:]
        ranks[leader] = first + 1
        for other, p in zip(others, holm([p_value(leader, other) for other in others]), strict=True):
            if p < ALPHA:
                break
            ranks[other] = first + 1
    return ranks
