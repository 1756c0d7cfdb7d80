"""Inputs, shapes and what does not fit."""

from __future__ import annotations

import numpy as np
import pytest

from nyuron.core import ArgumentError, KindError, ShapeError
from nyuron.layers import (
    Concatenate,
    Dense,
    Dot,
    Embedding,
    Flatten,
    Input,
    InputLayer,
    Maxout,
    Permute,
    PReLU,
    RepeatVector,
    Reshape,
    Softmax,
    Subtract,
    SymbolicTensor,
    add,
    average,
    concatenate,
    dot,
    maximum,
    minimum,
    multiply,
    subtract,
)


def test_an_input_is_a_symbolic_tensor_of_its_layer() -> None:
    x = Input((28, 28), name="picture")
    assert isinstance(x, SymbolicTensor)
    assert (x.shape, x.dtype, x.name, x.node.inputs) == ((None, 28, 28), "float32", "picture", ())
    assert isinstance(x.node.layer, InputLayer)
    assert x.node.layer.batch_shape == (None, 28, 28)


@pytest.mark.parametrize(
    ("options", "shape", "dtype"),
    [
        ({"shape": 3}, (None, 3), "float32"),
        ({"shape": [3, None]}, (None, 3, None), "float32"),
        ({"shape": ()}, (None,), "float32"),
        ({"shape": (3,), "batch_size": 4}, (4, 3), "float32"),
        ({"batch_shape": (4, 3), "dtype": "int32"}, (4, 3), "int32"),
    ],
)
def test_forms_of_input(options, shape, dtype) -> None:
    x = Input(**options)
    assert (x.shape, x.dtype) == (shape, dtype)


def test_an_input_needs_one_shape() -> None:
    with pytest.raises(ArgumentError, match=r"Input(.|\n)*fix:"):
        Input()
    with pytest.raises(ArgumentError):
        Input((3,), batch_shape=(None, 4))


def test_arrays_and_symbolic_tensors_do_not_mix() -> None:
    with pytest.raises(KindError, match="another Input"):
        add([Input((3,)), np.ones((2, 3))])
    with pytest.raises(KindError, match="Lambda"):
        np.asarray(Input((3,)))


@pytest.mark.parametrize(
    ("function", "wanted"),
    [(add, 5), (subtract, 1), (multiply, 6), (average, 2.5), (maximum, 3), (minimum, 2), (dot, 12)],
)
def test_merging_functions(function, wanted) -> None:
    a, b = np.full((1, 2), 3.0, np.float32), np.full((1, 2), 2.0, np.float32)
    assert float(function([a, b])[0, 0]) == wanted
    assert function([Input((2,)), Input((2,))], name=f"mine_{wanted}").name == f"mine_{wanted}"


def test_concatenate_function() -> None:
    assert concatenate([np.ones((1, 2, 3)), np.ones((1, 1, 3))], axis=1).shape == (1, 3, 3)
    assert concatenate([Input((2, None)), Input((1, 4))], axis=1).shape == (None, 3, 4)


@pytest.mark.parametrize(
    ("layer", "shapes"),
    [
        (Dense(2), [(None, 3, None)]),
        (Maxout(2), [(None, None)]),
        (PReLU(), [(None, None, 3)]),
        (Softmax(axis=3), [(None, 3)]),
        (Reshape((2, 2)), [(None, 3)]),
        (Reshape((-1, -1)), [(None, 3)]),
        (Reshape((-1, 2)), [(None, 3)]),
        (Permute((1, 3)), [(None, 3, 4)]),
        (RepeatVector(2), [(None, 3, 4)]),
        (Subtract(), [(None, 3)] * 3),
        (Subtract(), [(None, 3), (None, 4)]),
        (Concatenate(), [(None, 3, 4), (None, 4, 4)]),
        (Concatenate(), [(None, 3, 4), (None, 4)]),
        (Concatenate(axis=4), [(None, 3, 4), (None, 3, 4)]),
        (Dot(1), [(None, 3), (None, 4)]),
        (Dot(0), [(None, 3), (None, 3)]),
        (Dot(1), [(None, 3)]),
    ],
    ids=repr,
)
def test_what_does_not_fit_is_an_error_with_the_layer_and_the_repair(layer, shapes) -> None:
    with pytest.raises((ShapeError, ArgumentError), match=rf"{type(layer).__name__}\((.|\n)*name='(.|\n)*fix:"):
        layer(*(Input(batch_shape=shape) for shape in shapes))


def test_a_built_layer_refuses_another_size() -> None:
    layer = Dense(2, name="head")
    layer(np.ones((1, 3), np.float32))
    with pytest.raises(ShapeError, match=r"Dense\(units=2, name='head'\)(.|\n)*\(\*batch, 3\)(.|\n)*Flatten"):
        layer(np.ones((1, 4, 4), np.float32))


def test_unknown_sizes_stay_unknown() -> None:
    assert Flatten()(Input((None, 3))).shape == (None, None)
    assert Reshape((-1, 3))(Input((None, 6))).shape == (None, None, 3)
    assert Reshape((-1, 2))(Input((4, 6))).shape == (None, 12, 2)
    assert Embedding(5, 3)(Input((None,), dtype="int32")).shape == (None, None, 3)


def test_an_index_outside_the_table_shows_in_the_output() -> None:
    assert np.all(np.isnan(Embedding(5, 3)(np.array([[5]]))))


def test_integers_stay_integers_where_only_their_place_changes() -> None:
    x = np.arange(6, dtype=np.int32).reshape(1, 2, 3)
    for layer in (Flatten(), Reshape((6,)), Permute((2, 1))):
        assert layer(x).dtype == np.int32
