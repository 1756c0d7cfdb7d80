"""The face: what the lectures write, sub-models, freezing, custom layers, sources of batches, and errors."""

import numpy as np
import pytest

import nyuron
from nyuron import core
from nyuron.layers import Add, Concatenate, Dense, Dropout, Flatten, Input, Layer
from nyuron.models import Model, Sequential, clone_model, load_model

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 4)).astype("float32")
Y = X.sum(1, keepdims=True)


def small(**options):
    model = Sequential([Dense(5, activation="relu"), Dense(1)])
    model.compile("adam", loss="mse", **options)
    return model


def test_lecture_code_runs_as_written():
    keras = nyuron
    x = np.linspace(0, 1, 50)
    model = keras.models.Sequential([keras.layers.Dense(6, "sigmoid"), keras.layers.Dense(1, "sigmoid")])
    model.compile(optimizer=keras.optimizers.SGD(learning_rate=5.0), loss="mse", metrics="mae")
    history = model.fit(x, x**2, epochs=2, verbose=0)
    assert list(history.history) == ["loss", "mae"]
    assert model.predict(np.linspace(0, 1, 100).reshape(-1, 1)).shape == (100, 1)


def test_summary_counts_the_parameters_of_the_lecture():
    model = Sequential([Flatten(input_shape=(28, 28)), Dense(256, "relu"), Dense(10, "softmax")])
    lines = []
    model.summary(print_fn=lines.append)
    assert "200,960" in lines[0] and "2,570" in lines[0] and "203,530" in lines[0]


def test_progress_lines(capsys):
    small().fit(X, Y, epochs=2, verbose=2)
    out = capsys.readouterr().out.splitlines()
    assert len(out) == 2 and out[0].startswith("Epoch 1/2 - 2/2 - ") and " - loss: " in out[0]


def test_shared_layers_and_several_inputs():
    a, b = Input((2,), name="a"), Input((2,), name="b")
    shared = Dense(3)
    out = Dense(1, name="out")(Concatenate()([shared(a), shared(b)]))
    total = Add(name="total")([shared(a), shared(b)])
    model = Model([a, b], [out, total])
    assert model.count_params() == 9 + 7
    model.compile(
        "sgd", loss={"out": "mse", "total": "mae"}, loss_weights={"out": 1.0, "total": 0.5}, metrics={"out": ["mae"]}
    )
    history = model.fit({"a": X[:, :2], "b": X[:, 2:]}, [Y, np.zeros((64, 3))], epochs=1, verbose=0)
    assert list(history.history) == ["loss", "out_loss", "total_loss", "out_mae"]


def test_extractor_cut_out_of_a_model_shares_its_weights():
    model = small()
    model.fit(X, Y, epochs=1, verbose=0)
    features = Model(model.inputs, model.layers[0](model.inputs[0]))
    assert features.predict(X).shape == (64, 5)
    before = features.predict(X)
    model.fit(X, Y, epochs=1, verbose=0)
    assert not np.allclose(before, features.predict(X))


def test_frozen_layers_stay():
    model = small()
    model.build((None, 4))
    model.layers[0].trainable = False
    kept, moved = model.layers[0].get_weights()[0], model.layers[1].get_weights()[0]
    model.fit(X, Y, epochs=1, verbose=0)
    assert np.array_equal(kept, model.layers[0].get_weights()[0])
    assert not np.array_equal(moved, model.layers[1].get_weights()[0])
    assert len(model.trainable_weights) == 2


def test_nested_and_cloned_models():
    inner = Sequential([Dense(3, input_shape=(4,))], name="inner")
    model = Sequential([inner, Dense(1)])
    model.compile("adam", loss="mse")
    before = inner.get_weights()[0]
    model.fit(X, Y, epochs=1, verbose=0)
    assert not np.array_equal(before, inner.get_weights()[0])
    copy = clone_model(model)
    assert copy.count_params() == model.count_params() and not np.array_equal(
        copy.get_weights()[0], model.get_weights()[0]
    )


def test_subclassed_model_and_custom_layer():
    class Scale(Layer):
        def build(self, input_shape):
            self.factor = self.add_weight((input_shape[-1],), initializer="ones", name="factor")
            self.calls = self.add_weight((), initializer="zeros", trainable=False, name="calls")

        def call(self, x):
            self.calls.assign_add(1.0)
            return x * self.factor

    class Net(Model):
        def __init__(self):
            super().__init__()
            self.scale, self.drop, self.out = Scale(), Dropout(0.2), Dense(1)

        def call(self, x, training=False):
            return self.out(self.drop(self.scale(x)))

    model = Net()
    model.compile("adam", loss="mse")
    model.fit(X, Y, epochs=2, batch_size=32, verbose=0)
    assert float(model.scale.calls.numpy()) == 4.0
    assert not np.allclose(model.scale.factor.numpy(), 1.0)
    assert model.predict(X).shape == (64, 1)


@pytest.mark.parametrize("kind", ["generator", "function", "sequence", "loader"])
def test_sources_of_batches_equal_arrays(kind):
    class Numbered:
        def __len__(self):
            return 2

        def __getitem__(self, i):
            return X[i * 32 : i * 32 + 32], Y[i * 32 : i * 32 + 32]

        def on_epoch_end(self):
            pass

    class Loader:
        batch_size, dataset = 32, None

        def __iter__(self):
            return (Numbered()[i] for i in range(2))

    sources = {
        "generator": (Numbered()[i] for i in range(2)),
        "function": lambda: (Numbered()[i] for i in range(2)),
        "sequence": Numbered(),
        "loader": Loader(),
    }
    losses = []
    for source in (sources[kind], None):
        nyuron.set_random_seed(0)
        model = small()
        model.build((None, 4))
        given = {"x": X, "y": Y, "shuffle": False} if source is None else {"x": source}
        losses.append(model.fit(**given, epochs=1, verbose=0).history["loss"][0])
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_frames_are_accepted():
    import pandas
    import polars

    for frame, target in ((pandas.DataFrame(X), pandas.Series(Y[:, 0])), (polars.DataFrame(X), polars.Series(Y[:, 0]))):
        assert np.isfinite(small().fit(frame, target, epochs=1, verbose=0).history["loss"][0])


def test_saved_model_predicts_the_same_and_goes_on(tmp_path):
    model = small(metrics=["mae"])
    model.fit(X, Y, epochs=2, verbose=0)
    model.save(tmp_path / "m.nyuron")
    again = load_model(tmp_path / "m.nyuron")
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    for m in (model, again):
        m.fit(X, Y, epochs=1, verbose=0, seed=5)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_train_on_batch_and_weights_edited_by_a_callback():
    model = small()
    first = model.train_on_batch(X, Y)
    assert [model.train_on_batch(X, Y) for _ in range(20)][-1] < first
    assert model.optimizer.iterations == 21

    class Zero(nyuron.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.set_weights([np.zeros_like(w) for w in self.model.get_weights()])
            self.model.optimizer.learning_rate = 0.0

    model.fit(X, Y, epochs=2, verbose=0, callbacks=[Zero()])
    assert not any(w.any() for w in model.get_weights())


@pytest.mark.parametrize(
    ("act", "error", "message"),
    [
        (lambda m: m.fit(X, Y[:10]), core.ShapeError, "differ in length"),
        (lambda m: m.fit(X[:0], Y[:0]), core.DataError, "empty"),
        (lambda m: m.fit(np.where(X > 2, np.nan, X), Y), core.DataError, "not finite"),
        (lambda m: m.fit(np.array([["a"] * 4] * 64), Y), core.KindError, "text"),
        (lambda m: m.predict(np.zeros((3, 7), "float32")), core.ShapeError, "expected"),
        (lambda m: m.get_layer("dens"), core.UnknownNameError, "did you mean"),
        (lambda m: m.compile("adam", loss="msee"), core.UnknownNameError, "did you mean 'mse'"),
        (lambda m: Sequential([Dense(1)]).fit(X, Y), core.StateError, "not compiled"),
        (lambda m: Sequential([Dense(1)]).graph, core.StateError, "not built"),
    ],
)
def test_errors_say_what_to_do(act, error, message):
    model = small()
    model.build((None, 4))
    with pytest.raises(error, match=message):
        act(model)


def test_labels_outside_the_classes():
    model = Sequential([Dense(3, activation="softmax", input_shape=(4,))])
    model.compile("adam", loss="sparse_categorical_crossentropy")
    with pytest.raises(core.DataError, match="outside the classes"):
        model.fit(X, np.full(64, 3), verbose=0)


def test_sorted_targets_warn():
    with pytest.warns(UserWarning, match="targets are sorted"):
        small().fit(X, np.sort(Y, axis=0), validation_split=0.2, verbose=0)
