"""`hp` does what KerasTuner's does: the values below were recorded from keras_tuner 1.4.8."""

from __future__ import annotations

import json

import pytest

from nyuron.core import NyuronError
from nyuron.tuners import HyperParameters

SHARES = (0.0, 0.2, 0.5, 0.77, 0.999)
RECORDED = [
    ("Int", {"min_value": 6, "max_value": 12}, 6, [6, 7, 8, 9, 10, 11, 12], [6, 7, 9, 11, 12]),
    ("Int", {"min_value": 6, "max_value": 13, "step": 3}, 6, [6, 9, 12], [6, 6, 9, 12, 12]),
    (
        "Int",
        {"min_value": 2, "max_value": 32, "step": 2, "sampling": "log"},
        2,
        [2, 4, 8, 16, 32],
        [2, 4, 8, 16, 32],
    ),
    ("Int", {"min_value": 3, "max_value": 100, "step": 3, "sampling": "log"}, 3, [3, 9, 27, 81], [3, 3, 27, 81, 81]),
    (
        "Int",
        {"min_value": 2, "max_value": 32, "step": 2, "sampling": "reverse_log"},
        2,
        [32, 30, 26, 18, 2],
        [32, 30, 26, 18, 2],
    ),
    (
        "Float",
        {"min_value": 0.1, "max_value": 0.5, "step": 0.1},
        0.1,
        [0.1, 0.2, 0.3, 0.4, 0.5],
        [0.1, 0.2, 0.3, 0.4, 0.5],
    ),
    (
        "Float",
        {"min_value": 1e-4, "max_value": 0.1, "step": 10, "sampling": "log"},
        1e-4,
        [1e-4, 1e-3, 1e-2, 1e-1],
        [1e-4, 1e-4, 1e-2, 1e-1, 1e-1],
    ),
    (
        "Float",
        {"min_value": 1, "max_value": 100, "step": 10, "sampling": "reverse_log"},
        1.0,
        [100.0, 91.0, 1.0],
        [100.0, 100.0, 91.0, 1.0, 1.0],
    ),
    ("Int", {"min_value": 1, "max_value": 100, "sampling": "log"}, 1, None, [1, 2, 10, 34, 100]),
    ("Int", {"min_value": 1, "max_value": 100, "sampling": "reverse_log"}, 1, None, [1, 61, 91, 99, 100]),
    (
        "Float",
        {"min_value": 1e-4, "max_value": 0.1, "sampling": "log"},
        1e-4,
        None,
        [0.0001, 0.0003981071705534973, 0.0031622776601683794, 0.020417379446695298, 0.09931160484209338],
    ),
    (
        "Float",
        {"min_value": 1.0, "max_value": 10.0, "sampling": "reverse_log"},
        1.0,
        None,
        [1.0, 4.690426555198067, 7.83772233983162, 9.301756347538255, 9.9976947619221],
    ),
    ("Float", {"min_value": -1.0, "max_value": 3.0}, -1.0, None, [-1.0, -0.2, 1.0, 2.08, 2.996]),
    ("Choice", {"values": [64, 128, 256]}, 64, [64, 128, 256], [64, 64, 128, 256, 256]),
    ("Choice", {"values": ["a", "b", "c"], "default": "b"}, "b", ["a", "b", "c"], ["a", "a", "b", "c", "c"]),
    ("Boolean", {"default": True}, True, [False, True], [False, False, True, True, True]),
]


@pytest.mark.parametrize(("kind", "arguments", "first", "values", "at"), RECORDED)
def test_values_are_those_of_keras_tuner(kind, arguments, first, values, at) -> None:
    hp = HyperParameters()
    value = getattr(hp, kind)("x", **arguments)
    assert (value, type(value)) == (first, type(first))
    found = hp.space[0]
    if values is not None:
        assert found.values() == (pytest.approx(values) if isinstance(values[0], float) else values)
        assert [type(value) for value in found.values()] == [type(value) for value in values]
        assert found.count == len(values)
    assert [found.at(share) for share in SHARES] == (pytest.approx(at) if isinstance(at[0], float) else at)


def test_defaults_and_values_set_before() -> None:
    hp = HyperParameters()
    hp.values["units"] = 48
    assert hp.Int("units", 32, 64, step=16) == 48
    assert hp.Int("depth", 1, 5, default=3) == 3
    assert hp.Choice("activation", ["relu", "tanh"]) == "relu"
    assert hp.Fixed("rows", 28) == 28
    assert hp.Boolean("bias") is False
    assert hp.values == {"units": 48, "depth": 3, "activation": "relu", "rows": 28, "bias": False}
    assert hp["units"] == hp.get("units") == 48
    assert "units" in hp
    assert "nothing" not in hp


def test_conditions_name_parents_and_give_none_where_they_do_not_hold() -> None:
    hp = HyperParameters()
    assert hp.Choice("model", ["mlp", "cnn"]) == "mlp"
    with hp.conditional_scope("model", ["cnn"]):
        assert hp.Int("filters", 8, 64) is None
        assert hp.Int("units", 1, 4) is None
    with hp.conditional_scope("model", "mlp"):
        assert hp.Int("units", 10, 20) == 10
    assert hp.Float("rate", 0.0, 0.5, parent_name="model", parent_values=["cnn"]) is None
    assert [found.conditions for found in hp.space][1:] == [
        (("model", ("cnn",)),),
        (("model", ("cnn",)),),
        (("model", ("mlp",)),),
        (("model", ("cnn",)),),
    ]
    assert hp.is_active("units")
    assert not hp.is_active("filters")
    assert not hp.is_active(hp.space[1])
    assert "filters" not in hp
    with pytest.raises(NyuronError, match="inactive"):
        hp.get("filters")


def test_name_scopes_prefix_names_and_parents() -> None:
    hp = HyperParameters()
    with hp.name_scope("encoder"), hp.name_scope("block"):
        hp.Boolean("deep")
        with hp.conditional_scope("deep", True):
            assert hp.Int("layers", 2, 4) is None
        assert hp["deep"] is False
    assert [found.name for found in hp.space] == ["encoder/block/deep", "encoder/block/layers"]
    assert hp["encoder/block/deep"] is False


def test_asking_twice_gives_the_same_value() -> None:
    hp = HyperParameters()
    hp.Int("units", 1, 9, default=5)
    assert hp.Int("units", 1, 99) == 5
    assert len(hp.space) == 1


def test_configs_and_copies() -> None:
    hp = HyperParameters()
    hp.Choice("hidden", [[64], [64, 32]], default=[64, 32])
    hp.Float("rate", 1.0, 10.0, sampling="reverse_log", parent_name="hidden", parent_values=[[64]])
    again = HyperParameters.from_config(json.loads(json.dumps(hp.get_config())))
    assert again.space == hp.space
    assert again.values == hp.values == {"hidden": (64, 32)}
    other = hp.copy()
    other.values["hidden"] = (64,)
    other.Boolean("more")
    assert hp.values == {"hidden": (64, 32)}
    assert len(hp.space) == 2


@pytest.mark.parametrize(
    ("declare", "says"),
    [
        (lambda hp: hp.Int("a", 3, 1), "expected: low ≤ high\n  got:      3 > 1"),
        (lambda hp: hp.Float("a", 0.0, 1.0, sampling="log"), "logarithms need numbers above zero"),
        (lambda hp: hp.Int("a", 1, 8, step=1, sampling="log"), "step > 1"),
        (lambda hp: hp.Float("a", 0.0, 1.0, step=-0.1), "step > 0"),
        (lambda hp: hp.Int("a", 1, 8, sampling="logs"), "did you mean 'log'"),
        (lambda hp: hp.Int("a", 1.5, 8), "must be an integer"),
        (lambda hp: hp.Int("a", "1", 8), "must be a number"),
        (lambda hp: hp.Int("a", 1, 8, default=9), "default is out of its space"),
        (lambda hp: hp.Choice("a", []), "nothing to choose"),
        (lambda hp: hp.Choice("a", [1, 2, 1]), "stands twice"),
        (lambda hp: hp.Choice("a", ["x", "y"], default="z"), "none of the choices"),
        (lambda hp: hp.Choice("a", ["x", "y"], ordered=True), "only numbers have an order"),
        (lambda hp: hp.Choice("a", [object()]), "one that a file can hold"),
        (lambda hp: hp.Fixed("a", float("nan")), "finite number"),
        (lambda hp: hp.Int("a", 1, 8, parent_name="b", parent_values=[1]), "not declared"),
        (lambda hp: hp.get("a"), "no such hyperparameter"),
    ],
)
def test_errors_say_what_is_wrong(declare, says) -> None:
    with pytest.raises(NyuronError) as caught:
        declare(HyperParameters())
    assert says in str(caught.value)


def test_a_typo_gets_the_nearest_name() -> None:
    hp = HyperParameters()
    hp.Int("units", 1, 8)
    with pytest.raises(ValueError, match="did you mean 'units'"):
        hp.get("unit")
