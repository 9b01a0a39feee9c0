"""Multinomial logistic regression over sets of string features: trained by scikit-learn, applied as one matrix."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from detente.baselines.storage import model_fault, write_struct

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float32]
    Mask = NDArray[np.bool_]

Features = Sequence[str]


class LinearSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of a classifier: inverse strength of its L2 penalty, and how often a feature must occur to count."""

    c: float = 1.0
    min_count: int = 2
    max_iterations: int = 200


class Vocabulary(msgspec.Struct, frozen=True):
    """The classes of a classifier and its features, in the order of the columns."""

    classes: list[str]
    features: list[str]


class Linear:
    """A trained classifier. With fewer than two classes in train there is no estimator and the answer is fixed.

    `weights` has a row for each feature of the vocabulary, after row 0 for unknown ones, and a column for each class.
    """

    def __init__(self, vocabulary: Vocabulary, estimator: Any) -> None:
        import numpy as np

        self.vocabulary = vocabulary
        self.classes = vocabulary.classes
        self.estimator = estimator
        self._index = {feature: number for number, feature in enumerate(vocabulary.features, start=1)}
        self.weights = np.zeros((len(vocabulary.features) + 1, len(self.classes)), dtype=np.float32)
        self.intercepts = np.zeros(len(self.classes), dtype=np.float32)
        if estimator is not None:
            coefficients, intercepts = estimator.coef_, estimator.intercept_
            if len(self.classes) == 2:
                coefficients = np.vstack([np.zeros_like(coefficients), coefficients])
                intercepts = np.concatenate([np.zeros_like(intercepts), intercepts])
            self.intercepts[:] = intercepts
            self.weights[1:] = coefficients.T

    def scores(self, examples: Sequence[Features]) -> Scores:
        """Unnormalised log probabilities, one row an example, one column a class."""
        return self.sums(examples) + self.intercepts

    def sums(self, examples: Sequence[Features]) -> Scores:
        """The scores without what no feature gives: those of an example's parts add up to its own."""
        import numpy as np
        from scipy.sparse import csr_matrix

        if not examples:
            return np.zeros((0, len(self.classes)), dtype=np.float32)
        # row 0 of the weights is the unknown feature's
        ends = np.cumsum([0, *map(len, examples)], dtype=np.int32)
        numbers = map(self._index.get, chain.from_iterable(examples), repeat(0))
        columns = np.fromiter(numbers, dtype=np.int32, count=int(ends[-1]))
        ones = np.ones(len(columns), dtype=np.float32)
        matrix = csr_matrix((ones, columns, ends), shape=(len(examples), len(self.weights)))
        summed: Scores = matrix @ self.weights
        return summed

    def probabilities(self, examples: Sequence[Features], label: str) -> list[float]:
        """The probability of one class for each example; 0 for a class that train did not have."""
        import numpy as np

        if label not in self.classes:
            return [0.0] * len(examples)
        scores = self.scores(examples)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares = powers[:, self.classes.index(label)] / powers.sum(axis=1)
        return [float(share) for share in shares]

    def classify(self, examples: Sequence[Features]) -> list[str]:
        """The best class of each example; "" where train had no class at all."""
        return self.choose(self.scores(examples))

    def choose(self, scores: Scores, allowed: Sequence[Mask] | None = None) -> list[str]:
        """The best class by each row of scores, among those that its row of `allowed` marks; "" where none is."""
        import numpy as np

        if not len(scores) or not self.classes:
            return [""] * len(scores)
        if allowed is None:
            return [self.classes[best] for best in scores.argmax(axis=1)]
        masks = np.stack(list(allowed))
        best = np.where(masks, scores, -np.inf).argmax(axis=1)
        return [self.classes[number] if mask[number] else "" for number, mask in zip(best, masks, strict=True)]

    def mask(self, classes: Sequence[str]) -> Mask:
        """Which of the classifier's classes are among `classes`."""
        import numpy as np

        return np.array([name in classes for name in self.classes], dtype=bool)

    def save(self, folder: Path, name: str) -> None:
        """Write `name.features.json` and, where there is an estimator, `name.skops`."""
        import skops.io

        write_struct(folder / f"{name}.features.json", self.vocabulary)
        if self.estimator is not None:
            skops.io.dump(self.estimator, folder / f"{name}.skops")


class Joint:
    """Several classifiers of the same examples: each feature is looked up once for all of them."""

    def __init__(self, classifiers: Mapping[str, Linear]) -> None:
        import numpy as np

        self._parts = dict(classifiers)
        features = sorted({name for part in classifiers.values() for name in part.vocabulary.features})
        classes = [name for part in classifiers.values() for name in part.classes]
        whole = Linear(Vocabulary(classes, features), None)
        rows = {name: row for row, name in enumerate(features, start=1)}
        first = 0
        for part in classifiers.values():
            last = first + len(part.classes)
            places = np.array([rows[name] for name in part.vocabulary.features], dtype=np.int64)
            whole.weights[places, first:last] = part.weights[1:]
            first = last
        self._whole = whole

    def classify(self, examples: Sequence[Features]) -> dict[str, list[str]]:
        """What each classifier's `classify` says, by its name."""
        sums = self._whole.sums(examples)
        found, first = {}, 0
        for name, part in self._parts.items():
            last = first + len(part.classes)
            found[name] = part.choose(sums[:, first:last] + part.intercepts)
            first = last
        return found


def load_linear(folder: Path, name: str) -> Linear:
    """Read what `Linear.save` wrote; raises `DataError` where it is missing, broken, or holds foreign types."""
    import skops.io

    path = folder / f"{name}.features.json"
    try:
        vocabulary = msgspec.json.decode(path.read_bytes(), type=Vocabulary)
        if len(vocabulary.classes) < 2:
            return Linear(vocabulary, None)
        path = folder / f"{name}.skops"
        return Linear(vocabulary, skops.io.load(path, trusted=[]))
    except Exception as error:  # skops and zip have errors of many families for a broken file
        raise model_fault(path, str(error) or type(error).__name__) from error


def fit_linear(examples: Sequence[Features], labels: Sequence[str], settings: LinearSettings, seed: int) -> Linear:
    """Train on examples with their labels; a feature counts as often as an example names it."""
    classes = sorted(set(labels))
    if len(classes) < 2:
        return Linear(Vocabulary(classes, []), None)
    counts = Counter(feature for features in examples for feature in set(features))
    kept = sorted(feature for feature, count in counts.items() if count >= settings.min_count)
    if not kept:
        kept = sorted(counts)
    import numpy as np
    from scipy.sparse import csr_matrix
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    index = {feature: number for number, feature in enumerate(kept)}
    rows = [[index[feature] for feature in features if feature in index] for features in examples]
    ends = np.cumsum([0] + [len(row) for row in rows])
    columns = np.fromiter(chain.from_iterable(rows), dtype=np.int32)
    matrix = csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), len(kept)))
    estimator = LogisticRegression(C=settings.c, max_iter=settings.max_iterations, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # `max_iterations` is where training is meant to end
        estimator.fit(matrix, np.array(labels))
    return Linear(Vocabulary(classes, kept), estimator)
