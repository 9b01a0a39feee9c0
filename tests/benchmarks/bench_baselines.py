"""How many documents of 500 tokens each baseline predicts in a second of CPU time.

    python tests/benchmarks/bench_baselines.py [--data FOLDER] [--rounds N]

Trains on the train split of the dataset folder (`data/` unless told) and predicts the same articles without their
annotation. Printed beside each rate is the floor: the time that tokenizing the same documents takes, measured in turns
with predicting, so that the share holds on a busy machine too. The best of the rounds counts. No test runs this.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from detente.baselines import BASELINES, predict_documents
from detente.baselines.protocol import no_progress
from detente.baselines.run import read_settings
from detente.baselines.tokens import tokenized
from detente.dataset.load import load_split
from detente.documents import Document, without_annotation
from detente.ontology import load_ontology

ROOT = Path(__file__).resolve().parents[2]
TOKENS = 500
REPEATS = 4


def cpu_seconds(work: Callable[[], object]) -> float:
    """The CPU seconds of this process that a piece of work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def bench(name: str, train: Sequence[Document], rounds: int) -> tuple[float, float]:
    """The least CPU seconds of predicting all articles `REPEATS` times with baseline `name`, and of tokenizing them."""
    _, settings = read_settings(ROOT / "baselines" / f"{name}.toml")
    model = BASELINES[name].fit(train, load_ontology(), settings, no_progress)
    blank = [without_annotation(document) for document in train] * REPEATS
    times = [
        (
            cpu_seconds(lambda: list(predict_documents(model, blank))),
            cpu_seconds(lambda: [tokenized(document) for document in blank]),
        )
        for _ in range(rounds)
    ]
    return min(predicting for predicting, _ in times), min(tokenizing for _, tokenizing in times)


def main() -> None:
    """Print one line a baseline."""
    parser = argparse.ArgumentParser(description="Documents of 500 tokens per CPU second, by baseline.")
    parser.add_argument("--data", type=Path, default=ROOT / "data", help="the dataset folder")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is timed")
    options = parser.parse_args()
    train = sorted(load_split(options.data, "train"), key=lambda document: document.id)
    size = sum(len(tokenized(document).words) for document in train) * REPEATS / TOKENS
    sys.stdout.write(f"{size:.0f} documents of {TOKENS} tokens; best of {options.rounds} rounds\n")
    for name in sorted(BASELINES):
        predicting, tokenizing = bench(name, train, options.rounds)
        sys.stdout.write(
            f"{name:<10} {size / predicting:7.0f} documents per CPU second"
            f" (tokenizing alone {size / tokenizing:6.0f}; {predicting / tokenizing:.1f} times the floor)\n"
        )


if __name__ == "__main__":
    main()
