"""Whatever a hyperparameter draws is one of its values, for itself, for the study and for what learns from it."""

from __future__ import annotations

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nyuron.tuners import HyperParameter
from nyuron.tuners._distributions import decode, distribution_of, encode, learned_distribution, shown
from nyuron.tuners._hyperparameter import number, options

samplings = st.sampled_from(["linear", "log", "reverse_log"])


@st.composite
def hyperparameters(draw) -> HyperParameter:
    kind, sampling = draw(st.sampled_from(["int", "float", "choice"])), draw(samplings)
    if kind == "choice":
        values = draw(st.lists(st.one_of(st.integers(-9, 9), st.text(max_size=3)), min_size=1, max_size=5, unique=True))
        return options("choice", "x", values)
    least = -50 if sampling == "linear" else 1
    low, width = draw(st.integers(least, 50)), draw(st.integers(0, 200))
    step = draw(st.none() | st.integers(2, 7))
    if kind == "int":
        return number("int", "x", low, low + width, step, sampling)
    scale = draw(st.sampled_from([0.1, 0.01, 1 / 3, 1e-5]))
    step = step if step is None or sampling != "linear" else step * scale
    return number("float", "x", low * scale, (low + width) * scale, step, sampling)


@settings(max_examples=60)
@given(hyperparameters(), st.floats(0, 1, exclude_max=True))
def test_what_is_drawn_is_a_value_everywhere(found, share) -> None:
    value = found.at(share)
    assert found.canonical(value) == value
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        seen, learned = distribution_of(found), learned_distribution(found)
    assert seen._contains(seen.to_internal_repr(shown(value)))
    code = encode(found, value)
    assert learned._contains(learned.to_internal_repr(code))
    again = decode(found, code)
    assert again == pytest.approx(value) if isinstance(value, float) else again == value
    assert HyperParameter.from_config(found.to_config()) == found


@settings(max_examples=60)
@given(hyperparameters())
def test_a_grid_lists_the_values_once_and_within_the_range(found) -> None:
    values = found.values(points=7)
    assert len(set(values)) == len(values) <= (found.count or 7)
    assert [found.canonical(value) for value in values] == values
    if found.low is not None:
        assert found.low <= min(values) <= max(values) <= found.high * (1 + 1e-9 * (1 if found.high > 0 else -1))
