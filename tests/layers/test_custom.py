"""Users' Keras-style layers: build, call, add_weight, add_loss, inner layers."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from nyuron import core, layers
from nyuron.layers import (
    BatchNormalization,
    Call,
    Dense,
    Dropout,
    Embedding,
    Graph,
    Input,
    InputSpec,
    Layer,
    Step,
    forward,
    join_frozen,
    read_weights,
    split_frozen,
    write_weights,
)
from nyuron.layers._penalties import constrain_layer, layer_penalty
from oracle import keras_oracle


class Linear(Layer):
    def __init__(self, units: int, rule=None, **options) -> None:
        super().__init__(**options)
        self.units = units
        self.rule = rule

    def build(self, input_shape) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel", regularizer=self.rule)
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias", constraint="non_neg")
        super().build(input_shape)
        self.built = True

    def call(self, inputs):
        return inputs @ self.kernel + self.bias

    def get_config(self):
        return {**super().get_config(), "units": self.units, "rule": self.rule}


class Counter(Layer):
    """Counts its training steps, and adds to the loss."""

    def build(self, input_shape) -> None:
        self.steps = self.add_weight(shape=(), initializer="zeros", trainable=False, name="steps", dtype="int32")

    def call(self, inputs, training=False):
        if training:
            self.steps.assign_add(1)
        self.add_loss(jnp.mean(inputs))
        return inputs + self.steps.value.astype(inputs.dtype)


class Block(Layer):
    """Inner layers as attributes, in a list and in a dict."""

    def __init__(self, units: int = 3, **options) -> None:
        super().__init__(**options)
        self.first = Linear(units, rule="l2")
        self.rest = [BatchNormalization(momentum=0.5), Dense(units, kernel_regularizer="l2")]
        self.more = {"drop": Dropout(0.5)}

    def build(self, input_shape) -> None:
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")
        self.seen = self.add_weight(shape=(), initializer="zeros", name="seen", trainable=False)

    def call(self, inputs, training=False):
        if training:
            self.seen.assign_add(1.0)
        x = self.first(inputs) * self.scale
        for layer in self.rest:
            x = layer(x)
        return self.more["drop"](x)


X = np.random.default_rng(0).normal(size=(8, 4)).astype(np.float32)


def test_it_computes_what_keras_computes() -> None:
    ours = Linear(3)
    y = ours(X)
    with keras_oracle():
        theirs = keras.layers.Dense(3)
        theirs.build((None, 4))
        theirs.set_weights(ours.get_weights())
        np.testing.assert_allclose(y, theirs(X), rtol=1e-5, atol=1e-6)
    assert [w.shape for w in ours.get_weights()] == [(4, 3), (3,)]
    assert np.std(ours.get_weights()[0]) > 0.1
    np.testing.assert_array_equal(ours.kernel.numpy(), ours.get_weights()[0])


def test_assigning_a_weight_takes_effect() -> None:
    layer = Linear(3)
    layer(X)
    layer.kernel.assign(np.zeros((4, 3)))
    layer.bias.assign(np.ones(3))
    np.testing.assert_array_equal(layer(X), np.ones((8, 3)))
    np.testing.assert_array_equal(layer.get_weights()[0], np.zeros((4, 3)))
    layer.set_weights([np.ones((4, 3)), np.zeros(3)])
    np.testing.assert_allclose(layer(X)[:, 0], X.sum(1), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(layer.kernel.numpy(), np.ones((4, 3)))


def test_build_from_outside_builds_once() -> None:
    layer = Linear(3)
    layer.build((None, 4))
    before = layer.get_weights()
    layer(X)
    assert len(layer.weights) == 2
    np.testing.assert_array_equal(layer.get_weights()[0], before[0])
    assert layer.built


def test_what_build_assigns_is_what_it_begins_with() -> None:
    class Given(Layer):
        def build(self, input_shape) -> None:
            self.table = self.add_weight(shape=(4,), name="table")
            self.table.assign(np.arange(4.0))

        def call(self, inputs):
            return inputs * self.table

    layer = Given()
    np.testing.assert_allclose(layer(X), X * np.arange(4), rtol=1e-6)


def test_state_moves_in_training_and_is_pure() -> None:
    layer = Counter()
    for _ in range(3):
        layer(X, training=True)
    assert int(layer.steps.value) == 3
    assert layer.get_weights()[0].dtype == np.int32
    layer(X)
    assert int(layer.steps.value) == 3
    params, state = read_weights(layer)
    done = forward(layer.description, params, state, (jnp.asarray(X),), Call(jax.random.key(0), True))
    assert int(done.state["own"]["steps"]) == 4
    assert int(layer.steps.value) == 3
    np.testing.assert_allclose(done.penalty, X.mean(), rtol=1e-5)


def test_inner_layers_are_found_trained_and_listed_as_in_keras() -> None:
    block = Block()
    block(X)
    assert [w.shape for w in block.weights] == [(), (), (4, 3), (3,), (3,), (3,), (3,), (3,), (3, 3), (3,)]
    assert len(block.trainable_weights) == 7
    new = [w + 1 for w in block.get_weights()]
    block.set_weights(new)
    np.testing.assert_array_equal(block.rest[1].get_weights()[0], new[8])
    np.testing.assert_array_equal(block.first.bias.numpy(), new[3])
    for a, b in zip(block.get_weights(), new, strict=True):
        np.testing.assert_array_equal(a, b)


def test_inner_layers_train_with_the_outer_one() -> None:
    block = Block()
    block(X)
    quiet = block(X)
    np.testing.assert_array_equal(quiet, block(X))
    loud = block(X, training=True)
    assert 0.1 < np.mean(np.asarray(loud) == 0) < 0.9
    assert float(block.seen.value) == 1
    assert not np.array_equal(block.rest[0].get_weights()[2], np.zeros(3))


def test_compiled_equals_eager_and_leaves_no_tracer() -> None:
    block = Block()
    block(X)
    params, state = read_weights(block)
    call = Call(jax.random.key(1), True)

    def run(layer, params, state, x):
        return layer.apply(params, state, x, call=call)

    eager, compiled = (
        run(block.description, params, state, jnp.asarray(X)),
        jax.jit(run)(block.description, params, state, X),
    )
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), eager, compiled)
    assert not any(isinstance(w, jax.core.Tracer) for w in block.weights)
    write_weights(block, params, compiled[1])
    assert float(block.seen.value) == 1


def test_equal_instances_share_a_program() -> None:
    runs = []

    @jax.jit
    def run(layer, params, state, x):
        runs.append(1)
        return layer.apply(params, state, x, call=Call())[0]

    for layer in (Block(3), Block(3), Block(2), Linear(3), Linear(3, rule=None), Linear(4)):
        layer(X)
        run(layer.description, *read_weights(layer), X)
    assert len(runs) == 4


def test_rules_reach_inner_weights_but_not_frozen_ones() -> None:
    block = Block()
    block(X)
    params, _ = read_weights(block)
    first, dense = (0.01 * np.sum(np.square(w)) for w in (block.first.kernel.numpy(), block.rest[1].get_weights()[0]))
    np.testing.assert_allclose(layer_penalty(block.description, params), first + dense, rtol=1e-5)
    lowered = jax.tree.map(lambda w: w - 1, params)
    assert float(constrain_layer(block.description, lowered)["inner"]["first"]["own"]["bias"].min()) == 0
    block.first.trainable = False
    np.testing.assert_allclose(layer_penalty(block.description, params), dense, rtol=1e-5)
    assert float(constrain_layer(block.description, lowered)["inner"]["first"]["own"]["bias"].min()) == -1


def test_frozen_inner_layers_are_told_apart() -> None:
    block = Block()
    block(X)
    block.first.trainable = False
    assert len(block.trainable_weights) == 5
    params, _ = read_weights(block)
    trained, frozen = split_frozen(block.description, params)
    assert len(jax.tree.leaves(trained)) == 5
    assert len(jax.tree.leaves(frozen)) == 2
    assert jax.tree.structure(join_frozen(trained, frozen)) == jax.tree.structure(params)


class Attending(Layer):
    """Uses a mask, and hands it on."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        return inputs if mask is None else jnp.where(mask[..., None], inputs, 0)


class Reading(Layer):
    """An embedding inside, whose mask its neighbour sees."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.table = Embedding(5, 2, embeddings_initializer="ones", mask_zero=True)
        self.attend = Attending()

    def call(self, inputs):
        return self.attend(self.table(inputs))


def test_masks_arrive_and_go_on() -> None:
    x, mask = jnp.ones((2, 3, 1)), jnp.array([[True, True, False]] * 2)
    done = forward(Attending().description, *empty(), (x,), Call(masks=(mask,)))
    assert float(done.output.sum()) == 4
    np.testing.assert_array_equal(done.mask, mask)
    layer = built(Linear(2), x)
    silent = forward(layer.description, *read_weights(layer), (x,), Call(masks=(mask,)))
    assert silent.mask is None


def empty():
    return {"own": {}, "inner": {}}, {"own": {}, "inner": {}}


def built(layer, x):
    layer(x)
    return layer


def test_masks_travel_inside() -> None:
    layer = Reading()
    x = np.array([[1, 2, 0], [3, 0, 0]], np.int32)
    np.testing.assert_array_equal(np.asarray(layer(x))[..., 0], (x != 0).astype(np.float32))
    done = forward(layer.description, *read_weights(layer), (jnp.asarray(x),), Call(masks=(None,)))
    np.testing.assert_array_equal(done.mask, x != 0)
    assert layer(Input((3,), dtype="int32")).shape == (None, 3, 2)


def test_several_inputs_come_as_a_list_or_one_by_one() -> None:
    class Listed(Layer):
        def call(self, inputs):
            return inputs[0] + inputs[1]

    class Each(Layer):
        def call(self, a, b, training=False):
            return a + b

    for layer in (Listed(), Each()):
        np.testing.assert_array_equal(layer([X, X]), 2 * X)
        np.testing.assert_array_equal(layer(X, X), 2 * X)
        assert layer(Input((4,)), Input((4,))).shape == (None, 4)


def test_several_outputs() -> None:
    class Both(Layer):
        def call(self, inputs):
            return inputs, inputs[:, :2]

    a, b = Both()(Input((4,)))
    assert (a.shape, b.shape) == ((None, 4), (None, 2))
    assert (a.index, b.index) == (0, 1)


def test_training_can_be_forced_inside() -> None:
    class Always(Layer):
        def __init__(self, **options) -> None:
            super().__init__(**options)
            self.drop = Dropout(0.5)

        def call(self, inputs, training=False):
            return self.drop(inputs, training=False)

    np.testing.assert_array_equal(Always()(X, training=True), X)


def test_members_side_by_side() -> None:
    members = [built(Block(), X) for _ in range(3)]
    stacked = jax.tree.map(lambda *a: jnp.stack(a), *(read_weights(m) for m in members))
    description = members[0].description
    together = jax.vmap(lambda w: description.apply(*w, jnp.asarray(X), call=Call())[0])(stacked)
    for i, member in enumerate(members):
        np.testing.assert_allclose(together[i], member(X), rtol=1e-5, atol=1e-6)


def test_config_makes_it_again() -> None:
    config = core.to_config(Linear(3, rule="l2", name="mine"))
    with core.custom_objects({"Linear": Linear}):
        again = core.from_config(config)
    assert (again.units, again.rule, again.name) == (3, "l2", "mine")


def test_a_graph_takes_it_as_a_step() -> None:
    block = Block()
    block(X)
    graph = Graph(
        layers=(block.description,),
        inputs=(InputSpec((None, 4)),),
        steps=(Step(0, ((0, None),)),),
        outputs=((1, None),),
        frozen=(False,),
    )
    params, state = read_weights(block)
    np.testing.assert_allclose(graph.apply((params,), (state,), jnp.asarray(X), call=Call())[0], block(X), rtol=1e-6)


def test_a_layer_without_call_says_so() -> None:
    class Nothing(Layer):
        pass

    with pytest.raises(core.KindError, match=r"does not say what it computes(.|\n)*define call"):
        Nothing()(X)


def test_weights_in_functions_of_jax_are_explained() -> None:
    class Wrong(Linear):
        def call(self, inputs):
            return jnp.matmul(inputs, self.kernel)

    class Right(Linear):
        def call(self, inputs):
            return jnp.matmul(inputs, self.kernel.value)

    with pytest.raises(core.KindError, match=r"Wrong\(name='(.|\n)*self.kernel.value"):
        Wrong(2)(X)
    assert Right(2)(X).shape == (8, 2)


def test_exports_for_other_rooms() -> None:
    wanted = {
        "Graph",
        "Step",
        "InputSpec",
        "Call",
        "Forward",
        "forward",
        "Slot",
        "CustomLayer",
        "SymbolicTensor",
        "Node",
        "connect",
    }
    assert wanted | {"Context", "within", "current", "Layer", "Input", "Dense"} <= set(layers.__all__)
