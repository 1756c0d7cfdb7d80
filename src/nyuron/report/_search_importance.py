"""How much of a search's variation each hyperparameter explains."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from nyuron.report._search_record import Axis, SearchRecord, text_of

FEWEST = 8
"""Complete trials from which on something can be said."""
_SEED = 0
_TREES, _DEPTH = 32, 8
"""Of the forest; deeper trees, and more, take ten times as long to say the same."""


def importance(search: SearchRecord) -> tuple[dict[str, float], bool] | None:
    """The share of the values' variance that each hyperparameter explains alone, the greatest first, and whether it is
    that of the values' logarithms; None where too few trials, or too equal ones, say nothing.

    What is constant is left out. A hyperparameter that a trial does not have is drawn at random for it, so that it does
    not tell which trials have it. Values that are far out are set on the edge of the rest.

    Source: Hutter, Hoos, Leyton-Brown 2014 (functional ANOVA on a random forest), as in Optuna.
    """
    values = search.values
    if len(values) < FEWEST or not search.axes:
        return None
    is_log = bool(values.min() > 0 and values.max() > 20 * values.min())
    target = np.log(values) if is_log else values
    low, high = np.quantile(target, [0.25, 0.75])
    reach = 4 * (high - low)
    target = np.clip(target, low - reach, high + reach) if reach > 0 else target
    if not np.ptp(target) > 1e-12 * max(float(np.abs(target).max()), 1e-30):
        return None
    found = _fanova(search.axes, [t.hyperparameters for t in search.complete], target)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))), is_log


def _fanova(axes: list[Axis], rows: list[Any], target: np.ndarray) -> dict[str, float]:
    import optuna
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances

    columns = {axis.name: _column(axis, rows) for axis in axes}
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            study = optuna.create_study(storage=None, direction="minimize")
            distributions = {name: distribution for name, (distribution, _) in columns.items()}
            for i, value in enumerate(target):
                params = {name: column[i] for name, (_, column) in columns.items()}
                trial = optuna.create_trial(params=params, distributions=distributions, value=float(value))
                study.add_trial(trial)
            evaluator = FanovaImportanceEvaluator(n_trees=_TREES, max_depth=_DEPTH, seed=_SEED)
            return dict(get_param_importances(study, evaluator=evaluator, normalize=False))
    finally:
        optuna.logging.set_verbosity(before)


def _column(axis: Axis, rows: list[Any]) -> tuple[Any, list[Any]]:
    """A hyperparameter's distribution, and its value in each trial: as it is drawn, so that equal steps weigh the same."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    random = np.random.default_rng(_SEED)
    if axis.words:
        drawn = random.integers(len(axis.words), size=len(rows))
        known = [
            text_of(row[axis.name]) if axis.name in row else axis.words[k] for row, k in zip(rows, drawn, strict=True)
        ]
        return CategoricalDistribution(list(axis.words)), known
    places = [axis.place(row[axis.name]) if axis.name in row else None for row in rows]
    drawn = random.random(len(rows))
    return FloatDistribution(0.0, 1.0), [
        float(np.clip(share if p is None else p, 0.0, 1.0)) for p, share in zip(places, drawn, strict=True)
    ]
