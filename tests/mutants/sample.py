"""Mutation testing of src/detente/scoring with mutmut, on a random sample of its mutants.

    make mutants                                        # some 400 of them, about half an hour
    python -m tests.mutants.sample --share 1            # all of them: hours
    python -m tests.mutants.sample --only permutation   # all of one module

mutmut changes one place of the code at a time and runs the tests that reach it; a mutant that no test notices
survives. Prints the survivors and their share (with `mutmut show NAME` the change itself), and fails where it is above
the bar. Results are kept in `mutants/`; what was tried is not tried again until code or tests change.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = ROOT / "mutants" / "src" / "detente" / "scoring"
MUTMUT = [str(Path(sys.executable).with_name("mutmut")), "run", "--max-children", "1"]
BAR = 0.10
# tested by test_cluster.py alone, which `pyproject.toml` leaves out; to try them, take it in and name them with --only
APART = ("cluster", "parallel")
SURVIVED, UNREACHED = 0, 33


def main() -> None:
    """Make all mutants, try a sample, print what survived."""
    options = _options()
    # a name that no mutant has: makes the mutants, finds which tests reach them, and tries none
    subprocess.run([*MUTMUT, "none"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    chosen = _sample(_results(), options)
    if not chosen:
        raise SystemExit("found no mutants; `mutmut run` says why")
    subprocess.run([*MUTMUT, *chosen], cwd=ROOT, check=True)
    results = _results()
    modules: dict[str, Counter[bool]] = {}
    survivors = [name for name in chosen if results[name] in (SURVIVED, UNREACHED)]
    for name in chosen:
        modules.setdefault(_module(name), Counter())[name in set(survivors)] += 1
    lines = [f"{module:<20} {counts[True]:3} of {counts.total():4}" for module, counts in sorted(modules.items())]
    share = len(survivors) / len(chosen)
    lines += [*survivors, f"{len(survivors)} of {len(chosen)} mutants survived: {share:.1%}; bar {BAR:.0%}"]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(int(share > BAR))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--share", type=float, default=0.035, help="share of each module's mutants")
    parser.add_argument("--least", type=int, default=7, help="of each module at least so many")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=(), help="all mutants of these modules, and no others")
    return parser.parse_args()


def _results() -> dict[str, int | None]:
    """Exit status of the tests for each mutant, None where it was not tried."""
    found: dict[str, int | None] = {}
    for path in sorted(MUTANTS.glob("*.meta")):
        found |= json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
    return found


def _sample(names: dict[str, int | None], options: argparse.Namespace) -> list[str]:
    modules: dict[str, list[str]] = {}
    for name in sorted(names):
        modules.setdefault(_module(name), []).append(name)
    if options.only:
        return [name for module in options.only for name in modules.get(module, ())]
    source = random.Random(options.seed)
    return [
        name
        for module, of_module in sorted(modules.items())
        if module not in APART
        for name in source.sample(
            of_module, min(len(of_module), max(options.least, round(options.share * len(of_module))))
        )
    ]


def _module(name: str) -> str:
    return name.split(".")[2]


if __name__ == "__main__":
    main()
