"""The same weights in, the same outputs, gradients and state out, as in Keras."""

from __future__ import annotations

import inspect

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from layers.cases import CASES, Case, as_inputs, drawn_like
from nyuron import layers
from nyuron.layers import Call, Layer, forward
from nyuron.layers._layer import at_path
from oracle import keras_oracle

PAIRS = [case for case in CASES if case.keras is not None]
pairs = pytest.mark.parametrize("case", PAIRS, ids=lambda case: case.id)
NOT_OURS = {
    "kwargs", "lora_rank", "lora_alpha", "quantization_config", "weights", "renorm", "renorm_clipping", "renorm_momentum",
    "synchronized", "sparse", "ragged", "input_tensor", "optional", "dtype", "name",
}  # fmt: skip


def pair(case: Case) -> tuple[Layer, keras.Layer]:
    """Our layer and Keras's with the same weights."""
    ours = case.built()
    with keras_oracle():
        theirs = case.keras()
        shapes = [tuple(shape) for shape in case.shapes]
        theirs.build(shapes[0] if len(shapes) == 1 else shapes)
        weights = drawn_like([np.asarray(v.value) for v in theirs.weights])
        theirs.set_weights(weights)
        if hasattr(theirs, "finalize_state"):
            theirs.finalize_state()
    assert [w.shape for w in ours.get_weights()] == [w.shape for w in weights]
    ours.set_weights(weights)
    return ours, theirs


def one_or_list(x: tuple) -> object:
    return x[0] if len(x) == 1 else list(x)


def run_keras(layer: keras.Layer, trainable: list, other: list, x: tuple, **options: object) -> tuple:
    with keras_oracle():
        return layer.stateless_call(trainable, other, one_or_list(x), **options)


def values(variables: list) -> list[jax.Array]:
    return [jnp.asarray(v.value) for v in variables]


def is_trained_differently(case: Case) -> bool:
    """Whether the two differ in what a call that does not say `training` is."""
    return "BatchNormalization" in case.id or case.id.startswith("Random")


@pairs
@pytest.mark.parametrize("training", [False, True])
def test_outputs_state_and_gradients(case: Case, training: bool) -> None:
    if training and case.is_random:
        pytest.skip("other random numbers")
    ours, theirs = pair(case)
    x = as_inputs(case)
    options = {"training": training} if is_trained_differently(case) else {}
    call = Call(None, training, masks=(None,) * len(x))
    trainable, other = values(theirs.trainable_variables), values(theirs.non_trainable_variables)
    shape = jax.eval_shape(lambda: ours.apply(ours.slot.params, ours.slot.state, *x, call=call)[0]).shape
    pull = np.random.default_rng(2).normal(size=shape).astype(np.float32)

    def our_loss(params, x):
        done = ours.apply(params, ours.slot.state, *x, call=call)
        return jnp.sum(done[0] * (0 if case.gives_integers else pull)), done

    def their_loss(trainable, x):
        done = run_keras(theirs, trainable, other, x, **options)
        return jnp.sum(done[0] * (0 if case.gives_integers else pull)), done

    where = (0,) if case.is_integer else (0, 1)

    def compiled(loss):
        if case.gives_integers:
            return jax.jit(lambda weights, x: (loss(weights, x), None))
        return jax.jit(jax.value_and_grad(loss, where, has_aux=True))

    with keras_oracle():
        (_, (wanted, wanted_state)), wanted_grads = compiled(their_loss)(trainable, x)
    (_, (output, state)), grads = compiled(our_loss)(ours.slot.params, x)
    np.testing.assert_allclose(output, wanted, rtol=2e-5, atol=2e-6)
    if case.id != "Normalization":
        seeds = sum("seed_generator" in v.path for v in theirs.non_trainable_variables)
        assert len(wanted_state) == len(ours.slot.order[1]) + seeds
    for path, value in zip(ours.slot.order[1], wanted_state, strict=False):
        np.testing.assert_allclose(at_path(state, path), value, rtol=2e-5, atol=2e-6)
    if case.gives_integers:
        return
    for path, value in zip(ours.slot.order[0], wanted_grads[0], strict=True):
        np.testing.assert_allclose(at_path(grads[0], path), value, rtol=1e-4, atol=1e-5)
    for a, b in zip(grads[-1], wanted_grads[-1], strict=True) if not case.is_integer else ():
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pairs
def test_weights_have_keras_names_and_order(case: Case) -> None:
    ours, theirs = pair(case)
    found = [path[-1] for part in (0, 1) for path in ours.slot.order[part]]
    with keras_oracle():
        assert found == [v.name for v in theirs.weights]


@pytest.mark.parametrize("name", sorted({type(case.make()).__name__ for case in PAIRS}))
def test_constructor_defaults(name: str) -> None:
    face = {"name", "trainable", "input_shape", "dtype", "alpha"} - ({"alpha"} if name == "ELU" else set())
    # Keras's takes its seed as one of **kwargs.
    face |= {"seed"} if name == "AdditiveAttention" else set()
    if name in ("RandomBrightness", "RandomContrast"):
        face.add("data_format")  # Keras takes it among further keywords
    if name in ("SimpleRNN", "LSTM", "GRU") or name.startswith("ConvLSTM"):
        face |= {"zero_output_for_mask"} | ({"unroll"} if name.startswith("Conv") else set())  # as data_format
    ours = {k: p for k, p in inspect.signature(getattr(layers, name)).parameters.items() if k not in face}
    theirs = {k: p for k, p in inspect.signature(getattr(keras.layers, name)).parameters.items() if k not in NOT_OURS}
    assert [*ours] == [*theirs]
    for key, parameter in ours.items():
        a, b = parameter.default, theirs[key].default
        assert a == b or (key == "activation" and {a, b} == {None}), key
        assert type(a) is type(b), key


def masks_for(case: Case) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(4)
    return tuple(rng.random(shape[:-1]) < 0.6 for shape in case.shapes)


MASKED = [
    case for case in PAIRS
    if case.id.split("-")[0] in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Masking",
                                 "Dense", "Activation", "Dropout", "LeakyReLU", "Dot", "LayerNormalization")
    and case.id not in ("Add-ranks", "Multiply-broadcast", "Dot-mixed", "Dot-axes")
]  # fmt: skip


@pytest.mark.parametrize("case", MASKED, ids=lambda case: case.id)
@pytest.mark.parametrize("are_given", ["all", "first"])
def test_masks_change_outputs_and_go_on(case: Case, are_given: str) -> None:
    ours, theirs = pair(case)
    x, masks = as_inputs(case), masks_for(case)
    masks = tuple(jnp.asarray(m) if are_given == "all" or i == 0 else None for i, m in enumerate(masks))
    done = forward(ours, *(ours.slot.params, ours.slot.state), x, Call(masks=masks))
    with keras_oracle():
        from keras.src import backend

        given = [jnp.array(v) for v in x]
        for v, m in zip(given, masks, strict=True):
            if m is not None:
                backend.set_keras_mask(v, m)
        wanted = theirs(one_or_list(given))
        wanted_mask = backend.get_keras_mask(wanted)
    np.testing.assert_allclose(done.output, wanted, rtol=2e-5, atol=2e-6)
    assert (done.mask is None) == (wanted_mask is None)
    if wanted_mask is not None:
        np.testing.assert_array_equal(done.mask, wanted_mask)


def test_embedding_masks_zero() -> None:
    x = np.array([[1, 0, 2], [0, 0, 3]], np.int32)
    layer = layers.Embedding(4, 2, mask_zero=True)
    layer(x)
    done = forward(layer, layer.slot.params, layer.slot.state, (jnp.asarray(x),), Call(masks=(None,)))
    np.testing.assert_array_equal(done.mask, x != 0)


@pytest.mark.parametrize("axis", [-1, 1])
def test_softmax_gives_masked_places_nothing(axis: int) -> None:
    x = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
    mask = np.random.default_rng(1).random((3, 5)) < 0.5
    mask[0] = False
    with keras_oracle():
        wanted = keras.layers.Softmax(axis)(x, mask=jnp.asarray(mask))
    found = layers.Softmax(axis)(x, mask=jnp.asarray(mask))
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
    assert np.all(np.asarray(found)[~mask] == 0)


@pytest.mark.parametrize("l1", [0.0, 0.3])
def test_activity_regularization_adds_what_keras_adds(l1: float) -> None:
    x = np.random.default_rng(0).normal(size=(4, 6)).astype(np.float32)
    with keras_oracle():
        theirs = keras.layers.ActivityRegularization(l1, 0.2)
        theirs(x)
        wanted = sum(theirs.losses)
    done = forward(layers.ActivityRegularization(l1, 0.2), {}, {}, (jnp.asarray(x),), Call())
    np.testing.assert_allclose(done.penalty, wanted, rtol=1e-6)
