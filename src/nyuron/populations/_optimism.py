"""How much better the best of many trials looks than it is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, DataError, ShapeError

MOST_BLOCKS = 2048
"""More validation rows than these are drawn in blocks, which leaves the spread of a mean as it is."""


@dataclass(frozen=True)
class Optimism:
    """What choosing the best of `trials` by a score adds to that score.

    `expected` is by how much the best trial's score is expected to be too good (0 or more, in the score's unit).
    By how much it is too good in this case lies between `low` and `high` with about the given `confidence`: chance may also
    have made it look worse than it is, so `low` can be below 0.
    """

    expected: float
    low: float
    high: float
    trials: int
    direction: str = "minimize"
    confidence: float = 0.95

    def corrected(self, best: float) -> float:
        """The best score as it should be expected on rows that no trial has seen."""
        return best + self.expected if self.direction == "minimize" else best - self.expected

    def to_dict(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)

    def __str__(self) -> str:
        return (
            f"The best of {self.trials} validation scores is expected to be {self.expected:.3g} too good "
            f"({self.confidence:.0%}: {self.low:.3g} … {self.high:.3g})."
        )


def optimism(
    losses: Any,
    *,
    direction: str = "minimize",
    sample_weight: Any = None,
    blocks: Any = None,
    resamples: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Optimism:
    """E[true score − validation score] of the trial with the best validation score, from the trials' losses on each row.

    The choice is made again on bootstrapped rows, and each time the chosen trial is scored on the rows that were left
    out; the mean of these is what the chosen trial is worth, and the best score of all rows less that mean is the
    optimism. It is right where trials are equally good, and errs on the safe side (by about a third to a half in
    simulations) where they differ, since a bootstrap sample tells trials apart as half the rows would. The difference
    between bootstrapped and all rows (Efron's optimism) errs the other way: it is right where trials differ much, and
    1/√2 of the truth where they are equal. `low` is counted from the latter, `high` from the former.

    `losses` are the validation losses row by row, or any figure that is a mean over rows, such as hits for accuracy
    (direction="maximize"). `blocks` (a label a row) keeps together what is not independent: rows of one group, one day.
    Trials whose losses are not finite were never to be chosen; they are left out. What choosing the best epoch on the
    same rows adds is not counted, unless every epoch is handed in as a trial.

    Shapes: losses (trials, rows); sample_weight, blocks (rows,).
    Raises: DataError if no trial is finite, or there are fewer than two rows or blocks.
    Source: Tsamardinos, Greasidou, Borboudakis 2018 (BBC-CV); Efron 1983.
    Example:
        >>> noise = np.random.default_rng(0).normal(size=(50, 100))
        >>> found = optimism(noise)
        >>> best = noise.mean(axis=1).min()  # its truth is 0
        >>> bool(abs(found.corrected(best)) < 0.1 * abs(best))
        True
    """
    table = np.asarray(losses, np.float64)
    if table.ndim != 2:
        raise ShapeError(
            "losses must have a row for each trial",
            who="optimism()",
            expected="(trials, rows)",
            got=table.shape,
            fix="np.stack([loss of each validation row, for trial in trials])"
            if table.ndim < 2
            else "losses.mean(axis=-1): one number a row",
        )
    sign = _check(direction, resamples, confidence)
    kept = sign * table[_finite(table)]
    random = np.random.default_rng(seed)
    sums, counts = _blocks(kept, sample_weight, blocks, random)
    full = sums.sum(axis=1) / counts.sum()
    drawn, left = [], []
    for count in _portions(resamples, 256):
        times = random.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=count).T
        times = times[:, (times == 0).any(axis=0)].astype(np.float64)
        out = (times == 0).astype(np.float64)
        inside = sums @ times / (counts @ times)
        chosen = inside.argmin(axis=0), np.arange(times.shape[1])
        drawn.append(full[chosen[0]] - inside[chosen])
        left.append((sums @ out / (counts @ out))[chosen])
    return _summary(full, np.concatenate(drawn), np.concatenate(left), len(table), direction, confidence)


def optimism_of_scores(
    scores: Any,
    *,
    spread: Any = None,
    direction: str = "minimize",
    resamples: int = 1000,
    confidence: float = 0.95,
    seed: int = 0,
) -> Optimism:
    """The optimism of the best score when the trials' scores alone are known, and how far chance moves one.

    As `optimism`, with normal noise in the place of the bootstrap: with z normal of that spread, the choice by score + z
    is scored by score − z, which is independent of it. `scores` may have several executions (seeds) a trial: a trial's
    score is then their mean, and the spread comes from them. Such a spread knows the seeds' chance only; what a small
    validation set adds is left out, so that the result is too low where that counts.

    Shapes: scores (trials,) or (trials, executions); spread: the standard error of a score, a number or (trials,).
    Raises: ArgumentError without a spread and without several executions a trial.
    Source: Oliveira, Lei, Tibshirani 2021 (coupled bootstrap); Tibshirani, Tibshirani 2009 on the bias itself.
    Example:
        >>> found = optimism_of_scores([0.31, 0.30, 0.32, 0.9], spread=0.02)
        >>> found.low < found.expected < found.high
        True
    """
    table = np.asarray(scores, np.float64)
    if table.ndim not in (1, 2):
        raise ShapeError(
            "scores have a wrong shape",
            who="optimism_of_scores()",
            expected="(trials,) or (trials, executions)",
            got=table.shape,
            fix="scores.reshape(len(scores), -1): a row a trial, its executions in the columns",
        )
    sign = _check(direction, resamples, confidence)
    table = table[:, None] if table.ndim == 1 else table
    is_kept = _finite(table)
    executions = table.shape[1]
    if spread is None and executions == 1:
        raise ArgumentError(
            "one score a trial does not say how far chance moves it",
            who="optimism_of_scores()",
            expected="spread=, or several executions a trial",
            got=f"scores {np.shape(scores)}",
            fix="executions_per_trial=3; or optimism() with the losses of each validation row",
        )
    if spread is None:
        # One spread for all trials: a few executions tell little of one trial's own.
        error = np.sqrt(table[is_kept].var(axis=1, ddof=1).mean() / executions)
    else:
        error = np.broadcast_to(np.asarray(spread, np.float64), table.shape[:1])[is_kept][:, None]
    full = sign * table[is_kept].mean(axis=1)
    random = np.random.default_rng(seed)
    drawn, left = [], []
    for count in _portions(resamples, 256):
        noise = error * random.normal(size=(len(full), count))
        chosen = (full[:, None] + noise).argmin(axis=0)
        moved = noise[chosen, np.arange(count)]
        drawn.append(-moved)
        left.append(full[chosen] - moved)
    return _summary(full, np.concatenate(drawn), np.concatenate(left), len(table), direction, confidence)


def _summary(
    full: np.ndarray, drawn: np.ndarray, left: np.ndarray, trials: int, direction: str, confidence: float
) -> Optimism:
    """From the scores, Efron's differences and the left-out scores of each resample, lower being better."""
    if not len(drawn):
        raise DataError(
            "no rows were left out of any resample",
            who="optimism()",
            expected="more rows or blocks, or more resamples",
            got=f"{trials} trials, every resample with all rows",
            fix="resamples=1000; blocks=None, or more of them, where one block holds almost every row",
        )
    expected = max(float(left.mean() - full.min()), 0.0)
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    high = max(high - drawn.mean() + expected, high)
    return Optimism(expected, float(low), float(high), trials, direction, confidence)


def _blocks(table: np.ndarray, weights: Any, blocks: Any, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Sums of the losses in each block that is drawn as one, (trials, blocks), and the weight of each block."""
    rows = table.shape[1]
    weight = np.ones(rows) if weights is None else np.asarray(weights, np.float64)
    if weight.shape != (rows,) or (blocks is not None and np.shape(blocks) != (rows,)):
        got = weight.shape if weight.shape != (rows,) else np.shape(blocks)
        raise ShapeError(
            "sample_weight and blocks must have one entry a row",
            who="optimism()",
            expected=(rows,),
            got=got,
            fix=f"an array of {rows} entries, in the order of the columns of losses",
        )
    if blocks is not None:
        codes = np.unique(np.asarray(blocks), return_inverse=True)[1]
    elif rows > MOST_BLOCKS:
        codes = random.permutation(rows) % MOST_BLOCKS
    else:
        codes = np.arange(rows)
    count = int(codes.max()) + 1 if rows else 0
    if count < 2:
        raise DataError(
            "there is nothing to draw from",
            who="optimism()",
            expected="two validation rows or blocks, better 30 or more",
            got=count,
            fix="pass the losses of each validation row",
        )
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(count))
    sums = np.add.reduceat((table * weight)[:, order], starts, axis=1)
    counts = np.add.reduceat(weight[order], starts)
    return sums[:, counts > 0], counts[counts > 0]


def _finite(table: np.ndarray) -> np.ndarray:
    is_finite = np.asarray(np.isfinite(table).all(axis=1))
    if not is_finite.any():
        raise DataError(
            "no trial has finite scores",
            who="optimism()",
            expected="at least one",
            got=f"{len(table)}",
            fix="leave out trials that failed; where all of them did, search with a smaller learning rate",
        )
    return is_finite


def _check(direction: str, resamples: int, confidence: float) -> float:
    """The sign that makes less the better."""
    if direction not in ("minimize", "maximize") or resamples < 1 or not 0 < confidence < 1:
        raise ArgumentError(
            "an option cannot be used",
            who="optimism()",
            expected="direction='minimize' or 'maximize', resamples of 1 or more, 0 < confidence < 1",
            got=f"direction={direction!r}, resamples={resamples}, confidence={confidence}",
            fix="direction='minimize' for a loss, resamples=1000, confidence=0.95",
        )
    return 1.0 if direction == "minimize" else -1.0


def _portions(total: int, most: int) -> list[int]:
    return [min(most, total - start) for start in range(0, total, most)]
