"""Hyperparameters as Optuna sees them: in the words of people who open the study, and in numbers that a model learns from."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from nyuron.tuners._hyperparameter import HyperParameter, as_json


def distribution_of(found: HyperParameter) -> Any:
    """The distribution in a study that people look at: choices and multiplied steps are categories.

    Source: optuna.distributions.
    """
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if found.choices or (found.step is not None and found.sampling != "linear"):
        return CategoricalDistribution([shown(value) for value in found.values()])
    high = found.high if found.step is None else found.nth((found.count or 1) - 1)
    if found.kind == "int":
        log = found.sampling == "log"
        return IntDistribution(found.low, high, log=log, step=1 if found.step is None else found.step)
    # Optuna counts in decimals: it would cut the last value off a range of thirds.
    exact = found.step is not None and (Decimal(str(high)) - Decimal(str(found.low))) % Decimal(str(found.step)) == 0
    return FloatDistribution(found.low, high, log=found.sampling == "log", step=found.step if exact else None)


def shown(value: Any) -> Any:
    """A choice as a study holds it: sequences become JSON."""
    return json.dumps(as_json(value)) if isinstance(value, tuple) else value


def learned_distribution(found: HyperParameter) -> Any:
    """The distribution that a sampler learns from: what has an order has it here, as the index of the value."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if _is_listed(found):
        count = found.count or 1
        return IntDistribution(0, count - 1) if _is_ordered(found) else CategoricalDistribution(list(range(count)))
    log = found.sampling != "linear"
    if found.kind == "int":
        return IntDistribution(found.low, found.high, log=log)
    return FloatDistribution(found.low, found.high, log=log)


def encode(found: HyperParameter, value: Any) -> Any:
    """A value as `learned_distribution` has it."""
    if _is_listed(found):
        return found.values().index(value)
    return found.low + found.high - value if found.sampling == "reverse_log" else value


def decode(found: HyperParameter, code: Any) -> Any:
    """The value that `encode` made `code` of."""
    if _is_listed(found):
        return found.nth(int(code))
    return found.canonical(found.low + found.high - code if found.sampling == "reverse_log" else code)


def _is_listed(found: HyperParameter) -> bool:
    return bool(found.choices) or found.step not in (None, 1)


def _is_ordered(found: HyperParameter) -> bool:
    return not found.choices or (found.ordered and len(found.choices) > 2)
