"""Models that take texts: layers on texts at a Sequential's head."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nyuron import Sequential, layers
from nyuron.core import KindError, ShapeError, StateError
from nyuron.layers import Dense, Embedding, Flatten, Input, StringLookup, TextVectorization
from nyuron.models import load_model

TEXTS = np.array(["좋은 영화", "나쁜 영화", "정말 좋은 영화", "나쁜 영화 정말"] * 4, object)
Y = np.array([1, 0, 1, 0] * 4)


def made(first: bool = False, **options: Any) -> Sequential:
    words = TextVectorization(**{"output_sequence_length": 3, **options})
    words.adapt(TEXTS)
    model = Sequential(
        [*([Input((1,), dtype="string")] if first else []), words, Embedding(12, 4), Flatten(), Dense(1, "sigmoid")]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


@pytest.mark.parametrize("first", [False, True])
def test_texts_are_trained_on(first: bool, tmp_path: Path) -> None:
    model = made(first)
    model.fit(TEXTS, Y, epochs=60, verbose=0, validation_data=(list(TEXTS[:4]), Y[:4]), seed=0)
    assert model.evaluate(TEXTS, Y, verbose=0, return_dict=True)["accuracy"] == 1.0
    found = model.predict(["좋은 영화", "나쁜 영화"], verbose=0)
    assert found.shape == (2, 1) and found[0] > 0.5 > found[1]
    np.testing.assert_allclose(model(TEXTS[:2]), found, rtol=1e-5)
    np.testing.assert_allclose(model.predict(TEXTS[:, None], verbose=0)[:2], found, rtol=1e-5)
    model.train_on_batch(TEXTS, Y)
    model.save(tmp_path / "texts.nyuron")
    again = load_model(tmp_path / "texts.nyuron")
    assert again.layers[0].get_vocabulary() == model.layers[0].get_vocabulary()
    np.testing.assert_allclose(again.predict(TEXTS, verbose=0), model.predict(TEXTS, verbose=0), rtol=1e-6)


def test_an_untrained_model_is_saved_with_its_vocabulary(tmp_path: Path) -> None:
    model = made()
    model.save(tmp_path / "new.nyuron")
    again = load_model(tmp_path / "new.nyuron")
    assert model.count_params() == again.count_params() == 12 * 4 + 12 + 1
    assert again.layers[0].get_vocabulary() == model.layers[0].get_vocabulary()
    assert again.predict(TEXTS, verbose=0).shape == (16, 1)


def test_batches_of_texts() -> None:
    model = made()

    def batches():
        for at in range(0, 16, 4):
            yield TEXTS[at : at + 4], Y[at : at + 4]

    model.fit(batches, epochs=2, verbose=0, validation_data=(TEXTS, Y))
    assert np.isfinite(model.evaluate(batches, verbose=0)[0])
    np.testing.assert_allclose(model.predict(batches, verbose=0), model.predict(TEXTS, verbose=0), rtol=1e-6)
    lists = iter([(list(TEXTS), Y)])
    model.fit(lists, epochs=1, verbose=0)


def test_texts_of_any_length() -> None:
    words = TextVectorization(vocabulary=["좋은", "나쁜", "영화"])
    model = Sequential([words, Embedding(5, 3), layers.Lambda(mean_of_steps), Dense(2)])
    assert model.predict(["좋은 영화"], verbose=0).shape == (1, 2)
    assert model.predict(["좋은 영화 좋은 영화 좋은"], verbose=0).shape == (1, 2)


def test_a_vocabulary_may_be_learned_later() -> None:
    words = TextVectorization()
    model = Sequential([words, Embedding(9, 3), layers.Lambda(mean_of_steps), Dense(1)])
    words.adapt(TEXTS)
    assert model.predict(["영화"], verbose=0).shape == (1, 1)
    assert model.predict(["정말 좋은 영화"], verbose=0).shape == (1, 1)


def mean_of_steps(x: Any) -> Any:
    return x.mean(1)


def test_categories_and_the_summary(capsys: pytest.CaptureFixture[str]) -> None:
    model = Sequential([StringLookup(vocabulary=["서울", "부산"], output_mode="one_hot"), Dense(1)])
    assert model.predict(np.array([["서울"], ["부산"], ["광주"]]), verbose=0).shape == (3, 1)
    model.summary()
    said = capsys.readouterr().out
    assert "string_lookup" in said and "(None, 3)" in said and "Total params: 4" in said
    assert [type(layer).__name__ for layer in model.layers] == ["StringLookup", "Dense"]


def test_errors() -> None:
    with pytest.raises(KindError, match="texts are no part of a compiled network"):
        Sequential([Input((3,)), Dense(2), TextVectorization(vocabulary=["a"])])
    with pytest.raises(KindError, match="texts are no part of a compiled network"):
        TextVectorization(vocabulary=["a"])(Input((1,), dtype="string"))
    with pytest.raises(StateError, match="the vocabulary is not known yet"):
        Sequential([TextVectorization(), Dense(1)]).predict(["a"], verbose=0)
    with pytest.raises((KindError, ShapeError)):
        Sequential([Dense(1)]).predict(["a"], verbose=0)
