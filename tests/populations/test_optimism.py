"""The optimism of the best of many, where it is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

from nyuron.core import ArgumentError, DataError, ShapeError
from nyuron.populations import Optimism, optimism, optimism_of_scores


def expected_maximum(count: int) -> float:
    """Of so many standard normal numbers."""
    density = lambda x: x * count * stats.norm.pdf(x) * stats.norm.cdf(x) ** (count - 1)  # noqa: E731
    return float(integrate.quad(density, -8, 8)[0])


def simulated(
    made: Callable[[np.random.Generator], np.ndarray],
    rows: int,
    runs: int,
    estimate: Callable[[np.ndarray, int], Optimism],
    common: float = 0.0,
) -> tuple[float, float, float]:
    """Mean of the true optimism and of the estimated one, and how often the interval held the true one."""
    random = np.random.default_rng(0)
    real, found, held = [], [], []
    for run in range(runs):
        truths = made(random)
        shared = random.normal(size=rows) * np.sqrt(common)
        table = truths[:, None] + shared + random.normal(size=(len(truths), rows)) * np.sqrt(1 - common)
        score = table.mean(axis=1)
        best = score.argmin()
        real.append(truths[best] - score[best])
        result = estimate(table, run)
        found.append(result.expected)
        held.append(result.low <= real[-1] <= result.high)
    return float(np.mean(real)), float(np.mean(found)), float(np.mean(held))


def by_rows(table: np.ndarray, seed: int) -> Optimism:
    return optimism(table, resamples=200, seed=seed)


def by_scores(table: np.ndarray, seed: int) -> Optimism:
    return optimism_of_scores(table.mean(axis=1), spread=1 / np.sqrt(table.shape[1]), resamples=200, seed=seed)


@pytest.mark.parametrize("estimate", [by_rows, by_scores])
@pytest.mark.parametrize("trials", [5, 100])
def test_among_equal_trials_it_is_the_expected_maximum_of_the_noise(trials: int, estimate: Any) -> None:
    _, found, held = simulated(lambda _: np.zeros(trials), 60, 100, estimate)
    assert found == pytest.approx(expected_maximum(trials) / np.sqrt(60), rel=0.06)
    assert held >= 0.93


@pytest.mark.parametrize("estimate", [by_rows, by_scores])
def test_a_clearly_best_trial_has_none(estimate: Any) -> None:
    truths = np.concatenate([[0.0], np.full(49, 2.0)])
    _, found, held = simulated(lambda _: truths, 60, 100, estimate)
    assert found < 0.05 / np.sqrt(60) * expected_maximum(50)
    assert held >= 0.88


def test_a_single_trial_has_none() -> None:
    _, found, held = simulated(lambda _: np.zeros(1), 60, 100, by_rows)
    assert found < 0.02
    assert held >= 0.88


@pytest.mark.parametrize("spread", [0.1, 0.3])
@pytest.mark.parametrize("common", [0.0, 0.7])
def test_between_these_it_errs_on_the_safe_side(spread: float, common: float) -> None:
    real, found, held = simulated(lambda random: random.normal(size=50) * spread, 60, 150, by_rows, common)
    assert real * 0.95 < found < real * 1.6 + 0.01
    assert held >= 0.82


def test_it_is_the_published_method_written_as_a_loop() -> None:
    table = np.random.default_rng(0).normal(size=(7, 20))
    random = np.random.default_rng(5)
    left = []
    for _ in range(100):
        times = random.multinomial(20, np.full(20, 1 / 20))
        drawn = np.repeat(np.arange(20), times)
        best = min(range(7), key=lambda trial: table[trial, drawn].mean())
        left.append(table[best, np.setdiff1d(np.arange(20), drawn)].mean())
    found = optimism(table, resamples=100, seed=5)
    assert found.expected == pytest.approx(np.mean(left) - table.mean(axis=1).min())
    assert found == optimism(table, resamples=100, seed=5)
    assert found != optimism(table, resamples=100, seed=6)


def test_more_is_better_where_it_is_said() -> None:
    table = np.random.default_rng(0).normal(size=(7, 20))
    less, more = optimism(table), optimism(-table, direction="maximize")
    assert (less.expected, less.low, less.high) == (more.expected, more.low, more.high)
    assert less.corrected(0.5) == 0.5 + less.expected
    assert more.corrected(0.5) == 0.5 - more.expected


def test_rows_that_belong_together_are_drawn_together() -> None:
    table = np.random.default_rng(0).normal(size=(20, 40))
    alone = optimism(table, resamples=400)
    copied = np.repeat(table, 5, axis=1)
    together = optimism(copied, blocks=np.repeat(np.arange(40), 5), resamples=400)
    assert together.expected == pytest.approx(alone.expected)
    assert optimism(copied, resamples=400).expected < 0.7 * alone.expected


def test_a_weight_counts_as_so_many_rows() -> None:
    random = np.random.default_rng(0)
    table, weights = random.normal(size=(20, 40)), random.integers(0, 4, 40)
    copied = np.repeat(table, weights, axis=1)
    wanted = optimism(copied, blocks=np.repeat(np.arange(40), weights), resamples=400)
    assert optimism(table, sample_weight=weights, resamples=400).expected == pytest.approx(wanted.expected)


def test_many_rows_are_drawn_in_blocks_to_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    table = np.random.default_rng(0).normal(size=(30, 5000))
    in_blocks = optimism(table, resamples=400)
    monkeypatch.setattr("nyuron.populations._optimism.MOST_BLOCKS", 5000)
    by_row = optimism(table, resamples=400)
    for name in ("expected", "low", "high"):
        assert getattr(in_blocks, name) == pytest.approx(getattr(by_row, name), abs=0.15 * by_row.expected)


def test_several_executions_tell_the_spread_of_a_score() -> None:
    random = np.random.default_rng(0)
    found = [
        optimism_of_scores(random.normal(size=(40, 4)), resamples=200, direction="maximize").expected for _ in range(60)
    ]
    assert np.mean(found) == pytest.approx(expected_maximum(40) / 2, rel=0.06)


def test_diverged_trials_are_never_chosen_but_counted() -> None:
    table = np.random.default_rng(0).normal(size=(7, 20))
    broken = np.concatenate([table, np.full((2, 20), np.nan)])
    found = optimism(broken)
    assert found.trials == 9
    assert found.expected == optimism(table).expected
    assert "The best of 9 validation scores" in str(found)
    assert found.to_dict()["trials"] == 9


def test_what_cannot_be_estimated_says_why() -> None:
    table = np.zeros((3, 5))
    with pytest.raises(ShapeError, match="trials, rows"):
        optimism(np.zeros(3))
    with pytest.raises(ShapeError, match="one entry a row"):
        optimism(table, blocks=[1, 2])
    with pytest.raises(DataError, match="nothing to draw from"):
        optimism(np.zeros((3, 1)))
    with pytest.raises(DataError, match="nothing to draw from"):
        optimism(table, blocks=np.zeros(5))
    with pytest.raises(DataError, match="no trial"):
        optimism(np.full((3, 5), np.nan))
    with pytest.raises(ArgumentError, match="direction="):
        optimism(table, direction="min")
    with pytest.raises(ArgumentError, match=r"spread=(.|\n)*executions_per_trial"):
        optimism_of_scores([1.0, 2.0])
    with pytest.raises(ShapeError, match="executions"):
        optimism_of_scores(1.0)
