from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from nyuron.core import ArgumentError, FileFormatError, NyuronError
from nyuron.tuners import HyperParameters, Space, as_space, combination_hash, make, space_from_dictionary

LECTURES = {
    "nodes1": [64, 128, 256],
    "nodes2": [64, 128, 256],
    "dropout1": [0.2, 0.3, 0.4],
    "dropout2": [0.2, 0.3, 0.4],
    "optimizer": ["rmsprop", "adam"],
    "learning_rate": [0.1, 0.05, 0.01, 0.001],
}
BRANCHED = {
    "optimizer": ["sgd", "adam"],
    "momentum": {"low": 0.0, "high": 0.9, "step": 0.3, "when": {"optimizer": "sgd"}},
    "layers": range(1, 4),
    "width": {"choices": [8, 16], "when": {"layers": [2, 3]}},
}


def test_forms_of_a_dictionary() -> None:
    space = space_from_dictionary(
        {
            "nodes": [64, 128, 256],
            "learning_rate": {"low": 1e-4, "high": 1e-1, "log": True},
            "dropout": (0.1, 0.5),
            "l2": (1e-6, 1e-2, "log"),
            "units": (32, 512),
            "layers": range(1, 8, 2),
            "mixed": [0, 0.5],
            "flag": [True, False],
            "hidden": [[64], [64, 32]],
            "none": [None, "l2"],
            "rate": {"low": 0.1, "high": 0.4, "step": 0.1},
            "decay": {"low": 1e-4, "high": 1e-1, "log": True, "number": 4},
            "epochs": 10,
            "name": "fixed",
            "array": np.array([1, 2]),
        }
    )
    kinds = {found.name: found.kind for found in space}
    assert kinds == {
        "nodes": "choice",
        "learning_rate": "float",
        "dropout": "float",
        "l2": "float",
        "units": "int",
        "layers": "int",
        "mixed": "choice",
        "flag": "boolean",
        "hidden": "choice",
        "none": "choice",
        "rate": "float",
        "decay": "choice",
        "epochs": "fixed",
        "name": "fixed",
        "array": "choice",
    }
    values = {found.name: found.values() for found in space if found.count}
    assert values["layers"] == [1, 3, 5, 7]
    assert values["mixed"] == [0.0, 0.5]
    assert values["rate"] == [0.1, 0.2, 0.3, 0.4]
    assert values["decay"] == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1])
    assert values["hidden"] == [(64,), (64, 32)]
    assert space.size is None
    combination = space.defaults()
    distributions = space.distributions(combination)
    assert distributions["nodes"] == CategoricalDistribution([64, 128, 256])
    assert distributions["learning_rate"] == FloatDistribution(1e-4, 1e-1, log=True)
    assert distributions["units"] == IntDistribution(32, 512)
    assert distributions["layers"] == IntDistribution(1, 7, step=2)
    assert distributions["hidden"] == CategoricalDistribution(["[64]", "[64, 32]"])
    assert "epochs" not in distributions
    assert Space.from_config(json.loads(json.dumps(space.to_config()))) == space


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"a": {"low": 2, "high": 1}}, "hyperparameter 'a': the range is empty"),
        ({"a": {"low": 0, "high": 1, "log": True}}, "above zero"),
        ({"a": {"lo": 0, "high": 1}}, "did you mean 'low'"),
        ({"a": {"choice": [1]}}, "did you mean 'choices'"),
        ({"a": {"low": 0}}, "'high' not given"),
        ({"a": {}}, "'low' and 'high' not given"),
        ({"a": {"choices": 3}}, "choices must be a list"),
        ({"a": {"low": 0, "high": 1, "step": 1, "number": 2}}, "cannot be divided so"),
        ({"a": []}, "nothing to choose"),
        ({"a": range(3, 3)}, "the range is empty"),
        ({"a": (1, 2, 3)}, "write a list"),
        ({"a": object()}, "hyperparameter 'a'"),
        ({3: [1]}, "must be a string"),
        ({"a": [1, 2], "b": {"choices": [1], "when": {"aa": [1]}}}, "did you mean 'a'"),
        ({"a": [1, 2], "b": {"choices": [1], "when": {"a": [3]}}}, "never holds"),
        ({"a": [1, 2], "b": {"choices": [1], "when": ["a"]}}, "must name the parent"),
    ],
)
def test_errors_of_a_dictionary(entries, says) -> None:
    with pytest.raises(NyuronError) as caught:
        space_from_dictionary(entries)
    assert says in str(caught.value)


def test_files_of_yaml_and_json_hold_the_same_dictionary(tmp_path) -> None:
    yaml = tmp_path / "space.yaml"
    yaml.write_text(
        "nodes: [64, 128]\nlearning_rate: {low: 1e-4, high: 1e-1, log: true}\nrates: [1e-3, 2.5e-2]\n"
        "momentum: {low: 0.5, high: 0.9, when: {nodes: [64]}}\nname: adam\n"
    )
    entries = {
        "nodes": [64, 128],
        "learning_rate": {"low": 1e-4, "high": 1e-1, "log": True},
        "rates": [1e-3, 2.5e-2],
        "momentum": {"low": 0.5, "high": 0.9, "when": {"nodes": [64]}},
        "name": "adam",
    }
    (tmp_path / "space.json").write_text(json.dumps(entries))
    assert as_space(yaml) == as_space(str(tmp_path / "space.json")) == as_space(entries)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.yaml", "a: [1, 2\n", "not YAML"),
        ("a.yaml", "", "an empty file"),
        ("a.yaml", "- 1\n", "got:      list"),
        ("a.yaml", "a: 1\na: 2\n", "'a' stands twice"),
        ("a.yaml", "a: !!python/object/apply:os.system ['true']\n", "not YAML"),
        ("a.json", '{"a": [1,', "not JSON"),
        ("a.json", '{"a": 1, "a": 2}', "stands twice"),
    ],
)
def test_damaged_files(tmp_path, name, text, says) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(FileFormatError) as caught:
        as_space(tmp_path / name)
    assert says in str(caught.value)
    with pytest.raises(NyuronError, match="cannot be read"):
        as_space(tmp_path / "absent.yaml")


def test_the_lectures_grid_has_648_combinations() -> None:
    space = as_space(LECTURES)
    grid = list(space.grid())
    assert space.size == space.count() == len(grid) == 648
    assert grid[0] == space.defaults()
    assert grid[1] == {**grid[0], "learning_rate": 0.05}
    assert len({combination_hash(values) for values in grid}) == 648


def test_a_grid_respects_conditions() -> None:
    space = as_space(BRANCHED)
    grid = list(space.grid())
    assert space.size == len(grid) == (4 + 1) * (1 + 2 + 2)
    assert all(("momentum" in values) == (values["optimizer"] == "sgd") for values in grid)
    assert all(("width" in values) == (values["layers"] > 1) for values in grid)
    generator = np.random.default_rng(0)
    assert all(space.sample(generator) in grid for _ in range(50))


def test_a_grid_of_ranges_needs_steps_or_a_number() -> None:
    space = as_space({"rate": (0.1, 0.5), "units": [1, 2]})
    with pytest.raises(ArgumentError, match="finitely many"):
        list(space.grid())
    with pytest.raises(ArgumentError, match="finitely many"):
        space.count()
    assert [values["rate"] for values in space.grid(5)][::2] == [0.1, 0.2, 0.3, 0.4, 0.5]
    assert space.count(5) == 10


def test_combinations_are_checked() -> None:
    space = as_space({**LECTURES, "momentum": {"low": 0.0, "high": 0.9, "when": {"optimizer": ["rmsprop"]}}})
    values = {**space.defaults(), "nodes1": np.int64(128), "dropout1": np.float64(0.3)}
    assert space.check(dict(reversed(values.items()))) == {**values, "nodes1": 128}
    assert list(space.check(values)) == space.names
    assert "momentum" not in space.check({**values, "optimizer": "adam"})
    with pytest.raises(NyuronError, match="did you mean 'nodes1'"):
        space.check({**values, "node1": 64})
    with pytest.raises(NyuronError, match="one of 64, 128, 256"):
        space.check({**values, "nodes1": 65})
    with pytest.raises(NyuronError, match="missing"):
        space.check({"nodes1": 64})


def test_equal_numbers_hash_alike() -> None:
    space = as_space({"a": (0.0, 4.0), "b": (1, 4)})
    one, other = space.check({"a": 3, "b": 2.0}), space.check({"b": np.int32(2), "a": np.float32(3)})
    assert combination_hash(one) == combination_hash(other)
    assert combination_hash(one) == hashlib.sha256(b'{"a":3.0,"b":2}').hexdigest()
    assert combination_hash({"h": [1, 2]}) == combination_hash({"h": (1, 2)})
    assert combination_hash({"x": 1}) != combination_hash({"x": True})


def test_one_name_of_two_meanings_is_two_parameters_of_a_study() -> None:
    hp = HyperParameters()
    hp.Choice("model", ["mlp", "cnn"])
    hp.Choice("units", [10, 20], parent_name="model", parent_values=["mlp"])
    hp.Choice("units", [1, 2, 3], parent_name="model", parent_values=["cnn"])
    space = as_space(hp)
    assert list(space.distributions({"model": "mlp", "units": 10})) == ["model", "units (model=mlp)"]
    assert list(space.distributions({"model": "cnn", "units": 1})) == ["model", "units (model=cnn)"]
    assert space.size == 5
    assert [list(values.values()) for values in space.grid()][:3] == [["mlp", 10], ["mlp", 20], ["cnn", 1]]


def test_builders_are_run_until_every_branch_is_known() -> None:
    runs = []

    def build(hp: HyperParameters) -> None:
        runs.append(hp)
        for i in range(hp.Int("layers", 1, 3)):
            hp.Choice(f"units_{i}", [8, 16])
        kind = hp.Choice("kind", ["mlp", "cnn"])
        with hp.conditional_scope("kind", ["cnn"]):
            if kind == "cnn":
                hp.Int("filters", 8, 64, step=2, sampling="log")
                if hp.Boolean("normalize"):
                    hp.Float("epsilon", 1e-5, 1e-3, sampling="log")
        if hp.Choice("optimizer", ["adam", "sgd"]) == "sgd":
            hp.Float("momentum", 0.0, 0.9, step=0.3)

    space = as_space(None, build)
    assert {found.name: found.conditions for found in space} == {
        "layers": (),
        "units_0": (),
        "units_1": (("layers", (2, 3)),),
        "units_2": (("layers", (3,)),),
        "kind": (),
        "filters": (("kind", ("cnn",)),),
        "normalize": (("kind", ("cnn",)),),
        "epsilon": (("kind", ("cnn",)), ("normalize", (True,))),
        "optimizer": (),
        "momentum": (("optimizer", ("sgd",)),),
    }
    assert space.count(points=3) == (2 + 4 + 8) * (1 + 4 * (1 + 3)) * (1 + 4)
    assert len(runs) < 150
    for values in list(space.grid(points=3))[::50]:
        hp = HyperParameters()
        hp.values = dict(values)
        build(hp)
        assert hp.values == values


def test_branches_that_no_condition_explains_stay_active() -> None:
    def build(hp: HyperParameters) -> None:
        if hp.Boolean("a") or hp.Boolean("b"):
            hp.Choice("c", [1, 2])

    assert {found.name: bool(found.conditions) for found in as_space(None, build)} == {
        "a": False,
        "b": True,
        "c": False,
    }


def test_a_builder_that_fails_with_its_defaults_fails_at_once() -> None:
    def build(hp: HyperParameters) -> None:
        raise ZeroDivisionError if hp.Int("a", 0, 3) == 0 else KeyError

    with pytest.raises(ZeroDivisionError):
        as_space(None, build)


def test_builders_take_hp_or_the_names() -> None:
    class Hyper:
        def build(self, hp: HyperParameters) -> int:
            return hp.Int("units", 1, 8) * 10

    values = {"units": 4}
    assert make(lambda hp: hp.Int("units", 1, 8), values) == 4
    assert make(lambda config: config["units"], values) == 4
    assert make(lambda units: units, values) == 4
    assert make(lambda units, rate=0.5: (units, rate), values) == (4, 0.5)
    assert make(lambda **rest: rest, values) == values
    assert make(Hyper(), values) == 40
    with pytest.raises(ArgumentError, match="did you mean 'units'"):
        make(lambda units=1, rate=0: units, {"unit": 4})
    with pytest.raises(ArgumentError, match="needs an argument"):
        make(lambda units, rate: units, values)
    with pytest.raises(NyuronError, match="make an instance"):
        make(Hyper, values)
    with pytest.raises(ArgumentError, match="no argument"):
        as_space({"unit": [1]}, lambda units=1: units)
    with pytest.raises(ArgumentError, match="no space to search"):
        as_space(None, lambda units, rate: None)
    with pytest.raises(ArgumentError, match="declares no hyperparameter"):
        as_space(None, lambda hp: None)
    with pytest.raises(NyuronError, match="not a space"):
        as_space(3)
