"""Folds: scikit-learn's, to the row."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import model_selection as sk

from nyuron.core import ArgumentError, DataError, ShapeError
from nyuron.populations import folds

N = 37
LABELS = np.random.default_rng(0).integers(0, 3, N)
GROUPS = np.random.default_rng(1).integers(0, 9, N)
MEASURED = np.random.default_rng(2).lognormal(size=N)


def same(found: Any, splitter: Any, y: Any = None, groups: Any = None) -> None:
    wanted = list(splitter.split(np.empty(N), y, groups))
    assert len(found) == len(wanted)
    for fold, (train, validation) in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(fold.train, train)
        np.testing.assert_array_equal(fold.validation, validation)
        assert fold.train.dtype == fold.validation.dtype == np.int32


@pytest.mark.parametrize("k", [2, 5, 10])
def test_folds_are_scikit_learns(k: int) -> None:
    same(folds(N, k, seed=3), sk.KFold(k, shuffle=True, random_state=3))
    same(folds(np.zeros((N, 2)), k, shuffle=False), sk.KFold(k))
    same(folds(N, k, repeats=3, seed=4), sk.RepeatedKFold(n_splits=k, n_repeats=3, random_state=4))


def test_stratified_folds_are_scikit_learns() -> None:
    same(folds(LABELS, stratify=True, seed=3), sk.StratifiedKFold(5, shuffle=True, random_state=3), LABELS)
    same(folds(N, stratify=LABELS, shuffle=False), sk.StratifiedKFold(5), LABELS)
    same(folds(np.eye(3)[LABELS], stratify=True, shuffle=False), sk.StratifiedKFold(5), LABELS)
    words = np.array(["a", "b", "c"])[LABELS][:, None]
    repeated = sk.RepeatedStratifiedKFold(n_splits=4, n_repeats=2, random_state=1)
    same(folds(words, 4, repeats=2, stratify=True, seed=1), repeated, words[:, 0])


def test_grouped_folds_are_scikit_learns() -> None:
    same(folds(N, 4, groups=GROUPS, shuffle=False), sk.GroupKFold(4), None, GROUPS)
    same(folds(N, 4, groups=GROUPS, seed=7), sk.GroupKFold(4, shuffle=True, random_state=7), None, GROUPS)
    both = sk.StratifiedGroupKFold(3, shuffle=True, random_state=7)
    same(folds(LABELS, 3, groups=GROUPS, stratify=True, seed=7), both, LABELS, GROUPS)
    repeated = folds(N, 4, groups=GROUPS, repeats=2)
    same(repeated[4:], sk.GroupKFold(4, shuffle=True, random_state=1), None, GROUPS)
    for train, validation in repeated:
        assert not set(GROUPS[train]) & set(GROUPS[validation])


def test_folds_in_time_are_scikit_learns() -> None:
    days = np.datetime64("2024-01-01") + np.arange(N)
    same(folds(N, 4, times=days), sk.TimeSeriesSplit(4))
    same(folds(N, 4, times=True, gap=2, test_size=3), sk.TimeSeriesSplit(4, gap=2, test_size=3))
    same(folds(N, 4, times=days, max_train_size=6), sk.TimeSeriesSplit(4, max_train_size=6))
    sliding = folds(N, 4, times=days, gap=1, max_train_size="equal")
    assert len({len(fold.train) for fold in sliding}) == 1
    assert all(fold.train[-1] + 2 == fold.validation[0] for fold in sliding)
    np.testing.assert_array_equal(sliding[0].train, np.arange(len(sliding[0].train)))


def test_leaving_one_out_is_scikit_learns() -> None:
    same(folds(N, N), sk.LeaveOneOut())


@given(st.integers(10, 300), st.integers(2, 10), st.booleans(), st.integers(0, 99))
def test_quantiles_give_every_fold_its_share(n: int, k: int, has_ties: bool, seed: int) -> None:
    y = np.random.default_rng(seed).exponential(size=n)
    y = np.floor(y * 2) if has_ties else y
    if k > n:
        return
    found = folds(y, k, stratify="quantiles", seed=seed)
    assert sorted(row for fold in found for row in fold.validation) == list(range(n))
    median = np.median(y)
    for train, validation in found:
        assert len(train) + len(validation) == n
        if not has_ties and n // k >= 4:
            assert abs((y[validation] > median).mean() - 0.5) <= (MOST_OFF + 1) / len(validation)


MOST_OFF = 4
"""Rows by which a fold may miss its share above the median: half a row for each of the ten bins, one bin being cut."""


def test_quantiles_stratify_better_than_chance() -> None:
    y = np.random.default_rng(0).lognormal(size=500)
    spread = lambda found: np.std([np.sort(y[f.validation])[::5].mean() for f in found])  # noqa: E731
    by_chance = [spread(folds(y, 10, seed=s)) for s in range(10)]
    by_bins = [spread(folds(y, 10, seed=s, stratify="quantiles")) for s in range(10)]
    assert np.mean(by_bins) < 0.7 * np.mean(by_chance)


def test_splitters_and_pairs_of_scikit_learn_are_taken_as_they_are() -> None:
    same(folds(N, cv=sk.ShuffleSplit(3, random_state=0)), sk.ShuffleSplit(3, random_state=0))
    same(folds(N, cv=sk.LeaveOneGroupOut(), groups=GROUPS), sk.LeaveOneGroupOut(), None, GROUPS)
    same(folds(LABELS, cv=sk.StratifiedKFold(4)), sk.StratifiedKFold(4), LABELS)
    same(folds(N, cv=list(sk.KFold(3).split(np.empty(N)))), sk.KFold(3))
    same(folds(N, cv=sk.PredefinedSplit(GROUPS)), sk.PredefinedSplit(GROUPS))
    mask = np.arange(4) < 1
    assert [rows.tolist() for rows in folds(4, cv=[(~mask, mask)])[0]] == [[1, 2, 3], [0]]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"k": 38}, ArgumentError, "more folds than rows"),
        ({"k": 1}, ArgumentError, "no number of folds"),
        ({"k": 2.5}, ArgumentError, "no number of folds"),
        ({"repeats": 2, "shuffle": False}, ArgumentError, "repeats"),
        ({"repeats": 2, "k": N}, ArgumentError, "repeats"),
        ({"repeats": 0}, ArgumentError, "repeats"),
        ({"stratify": True, "y": N}, ArgumentError, "needs the targets"),
        ({"stratify": "bins"}, ArgumentError, "'quantiles'"),
        ({"stratify": LABELS, "k": 20}, DataError, r"class \d is too rare(.|\n)*fix: +k=\d"),
        ({"stratify": MEASURED}, DataError, "stratify='quantiles'"),
        ({"stratify": LABELS[1:]}, ShapeError, r"stratify does not fit the rows(.|\n)*\(37,\)"),
        ({"stratify": np.ones((N, 2))}, DataError, "several a row"),
        ({"groups": GROUPS, "k": 20}, ArgumentError, "fewer groups than folds"),
        ({"times": np.arange(N)[::-1]}, DataError, "35 in row 1, after 36"),
        ({"times": np.full(N, np.nan)}, DataError, "NaN in 37 rows, row 0 first"),
        ({"times": True, "groups": GROUPS}, ArgumentError, "groups cannot be used with times"),
        ({"times": True, "repeats": 2}, ArgumentError, "repeats cannot be used with times"),
        ({"times": True, "gap": 20}, ArgumentError, "no rows are left to train"),
        ({"times": True, "max_train_size": "all"}, ArgumentError, "max_train_size"),
        ({"gap": 2}, ArgumentError, "gap cannot be used without times"),
        ({"cv": 5}, ArgumentError, "cv cannot be used"),
        ({"cv": []}, ArgumentError, "no fold"),
        ({"cv": [(np.arange(3), np.array([40]))]}, ArgumentError, "rows that are none"),
        ({"cv": [(np.arange(3), np.array([], int))]}, ArgumentError, "rows that are none"),
        ({"cv": [(np.arange(3), np.array([2]))]}, DataError, "validates on rows that it trains on"),
        ({"cv": [np.arange(3)]}, ArgumentError, "no pair"),
    ],
)
def test_what_cannot_be_cut_says_why(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        folds(options.pop("y", LABELS), **options)
