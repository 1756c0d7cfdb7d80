"""What populations and folds are given, one entry a member or a row: what is refused, and in which words."""

import numpy as np
import pytest

import nyuron
from nyuron.core import ArgumentError, DataError, KindError, NyuronError
from nyuron.populations import Population, cross_validate, folds


def build(units=2, rate=0.1):
    model = nyuron.Sequential([nyuron.Input((1,)), nyuron.layers.Dense(units), nyuron.layers.Dense(1)])
    model.compile(nyuron.optimizers.SGD(rate), "mse")
    return model


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"members": 0}, "no number of members.*members: 0"),
        ({"members": 1.5}, "no number of members.*1.5"),
        ({"members": "3"}, "no number of members.*'3'"),
        ({"hyperparameters": {}}, "there are no hyperparameters"),
        ({"hyperparameters": []}, "no number of members.*hyperparameters: 0"),
        ({"hyperparameters": {"units": 4}}, "'units' needs a value for each member.*a list"),
        ({"hyperparameters": {"units": "ab"}}, "'units' needs a value for each member"),
        ({"hyperparameters": {"units": [1, 2], "rate": [0.1]}}, "differ in length.*units: 2, rate: 1"),
        ({"hyperparameters": {"unitz": [1, 2]}}, "unexpected keyword argument 'unitz'.*did you mean 'units'"),
        ({"members": 3, "seeds": [1, 2]}, "disagree.*members: 3, seeds: 2"),
        ({"seeds": 5}, "seeds cannot be used"),
        ({"seeds": [1.5, 2.5]}, "seeds cannot be used"),
        ({"seeds": [-1]}, "seeds cannot be used"),
    ],
)
def test_members_that_cannot_be(arguments, says):
    with pytest.raises(NyuronError, match=f"(?s)Population|build.*{says}") as caught:
        Population(build, **arguments)
    assert all(part in str(caught.value) for part in ("expected:", "got:", "fix:"))


@pytest.mark.parametrize("make", [Population, lambda model: cross_validate(model, np.ones((4, 1)), np.ones(4), 2)])
def test_a_model_is_no_builder(make):
    with pytest.raises(KindError, match="a builder makes a model"):
        make(build())


def test_members_that_are_not_there():
    population = Population(build, 2, seed=1)
    for members in ([], [5]):
        with pytest.raises(ArgumentError, match="there are no such members"):
            population.ask(np.ones((3, 1), np.float32), members)


def test_best_by_a_figure_that_is_not_logged():
    x = np.linspace(0, 1, 8, dtype="float32")[:, None]
    population = nyuron.fit_many(build, x, x, members=2, seed=1, epochs=1)
    with pytest.raises(ArgumentError, match=r"(?s)no member has the figure 'los'.*loss"):
        population.best("los")


def test_folds_of_a_list_of_labels():
    given = [0, 0, 1, 1, "a", "a"]
    assert [f.validation.tolist() for f in folds(given, 3, shuffle=False)] == [[0, 1], [2, 3], [4, 5]]
    cut = folds([0, 0, 0, 1, 1, 1], 3, stratify=True, seed=1)
    assert all(sorted(np.take([0, 0, 0, 1, 1, 1], fold.validation)) == [0, 1] for fold in cut)


def test_folds_that_cannot_be():
    with pytest.raises(ArgumentError, match=r"(?s)more folds than rows.*at least two rows"):
        folds(0, 2)
    with pytest.raises(DataError, match=r"(?s)groups has values that are missing.*row 2 first"):
        folds(4, 2, groups=[0, 0, np.nan, 1])
    with pytest.raises(DataError, match="stratify has values that are missing"):
        folds([0.0, 0.0, np.nan, 1.0], 2, stratify=True)


def test_a_builder_that_raises_says_with_what():
    def fragile(units):
        if units == 3:
            raise ValueError("no three")
        return build(units)

    with pytest.raises(ValueError, match="no three") as caught:
        Population(fragile, hyperparameters={"units": [2, 3]})
    assert caught.value.__notes__ == ["raised by the builder, called with {'units': 3}"]
