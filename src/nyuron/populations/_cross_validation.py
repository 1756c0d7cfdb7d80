"""What a cross-validation leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nyuron.callbacks import History
from nyuron.populations._folds import Fold
from nyuron.populations._population import Population


@dataclass(frozen=True, repr=False)
class CrossValidation:
    """The scores of each fold, and what belongs to them."""

    folds: tuple[Fold, ...]
    scores: dict[str, np.ndarray]
    """Each compiled figure on the rows that a fold held out, (folds,)."""
    histories: tuple[History, ...]
    predictions: Any
    """(rows, …): what the model of the fold that held a row out says of it, the mean where several did, NaN where none
    did. A tuple of such arrays where the model has several outputs."""
    hyperparameters: tuple[dict[str, Any], ...]
    """Of each fold."""
    population: Population
    """The folds' models, as an ensemble."""
    repeats: int = 1

    def __len__(self) -> int:
        return len(self.folds)

    @property
    def seeds(self) -> list[int]:
        """The seed of each fold's model."""
        return self.population.seeds

    def models(self) -> list[Any]:
        """The trained model of each fold."""
        return list(self.population)

    @property
    def mean(self) -> dict[str, Any]:
        """Each figure's mean over the folds."""
        return self._over_folds(lambda a: a.mean(axis=0))

    @property
    def std(self) -> dict[str, Any]:
        """Each figure's standard deviation over the folds (with n − 1; NaN for one fold)."""
        return self._over_folds(lambda a: a.std(axis=0, ddof=1) if len(a) > 1 else np.full(a.shape[1:], np.nan))

    @property
    def standard_error(self) -> dict[str, Any]:
        """``std / √k``: repeats steady the mean, but bring no new rows, so that the k folds of one repeat count."""
        k = len(self) / self.repeats
        return {name: _plain(np.asarray(value) / np.sqrt(k)) for name, value in self.std.items()}

    def summary(self) -> str:
        """A table: a line a fold, then mean, standard deviation and standard error."""
        names = [name for name, values in self.scores.items() if values.ndim == 1]
        head = ["fold", "train", "held out", "epochs", *names]
        lines = [
            [
                str(i + 1),
                str(len(fold.train)),
                str(len(fold.validation)),
                str(len(self.histories[i].epoch)),
                *(_number(self.scores[name][i]) for name in names),
            ]
            for i, fold in enumerate(self.folds)
        ]
        for title, values in (("mean", self.mean), ("std", self.std), ("std. error", self.standard_error)):
            lines.append([title, "", "", "", *(_number(values[name]) for name in names)])
        return _table(head, lines, ruled=len(self))

    def _over_folds(self, function: Callable[[np.ndarray], Any]) -> dict[str, Any]:
        return {name: _plain(function(values)) for name, values in self.scores.items()}

    def __str__(self) -> str:
        return self.summary()

    def __repr__(self) -> str:
        errors = self.standard_error
        means = ", ".join(
            f"{name} {value:.4g} ± {errors[name]:.2g}" for name, value in self.mean.items() if isinstance(value, float)
        )
        return f"<CrossValidation of {len(self)} folds: {means}>"


def _plain(value: Any) -> Any:
    array = np.asarray(value)
    return float(array) if array.ndim == 0 else array


def _number(value: float) -> str:
    return f"{value:.4g}" if value and abs(value) < 1e-3 else f"{value:,.4f}"


def _table(head: Sequence[str], lines: Sequence[Sequence[str]], ruled: int) -> str:
    """Columns of equal width, with rules below the head and after `ruled` lines."""
    widths = [max(len(line[i]) for line in (head, *lines)) for i in range(len(head))]
    written = [
        "  ".join([line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]).rstrip()
        for line in (head, *lines)
    ]
    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join([written[0], rule, *written[1 : ruled + 1], rule, *written[ruled + 1 :]])
