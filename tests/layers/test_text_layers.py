"""Texts and integers looked up, hashed and encoded: Keras's values, files, errors."""

from __future__ import annotations

import inspect
import json
import unicodedata
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.keras_text_values import CASES, DATA, FILE, name_of, question
from nyuron import layers
from nyuron.core import ArgumentError, DataError, KindError, ShapeError, StateError, from_config, to_config
from nyuron.layers import Hashing, Input, IntegerLookup, StringLookup, TextVectorization
from nyuron.layers._farmhash import siphash
from nyuron.layers._hangul import compose, decompose
from oracle import keras_oracle

KERAS = json.loads(FILE.read_text(encoding="utf-8"))
every = pytest.mark.parametrize("case", CASES, ids=name_of)


def made(case: tuple[str, dict[str, Any]]) -> Any:
    name, options = case
    layer = getattr(layers, name)(**options)
    if DATA[name] is not None:
        layer.adapt(np.array(DATA[name]))
    return layer


@every
def test_values_and_vocabulary_are_keras(case: tuple[str, dict[str, Any]]) -> None:
    layer, wanted = made(case), KERAS[name_of(case)]
    found = layer(np.array(question(*case)))
    if case[1].get("ragged"):
        assert [row.tolist() for row in found] == wanted["values"]
    else:
        np.testing.assert_allclose(found, wanted["values"], rtol=1e-5)
        assert found.dtype == (np.int32 if layer.output_mode == "int" else np.float32)
    if wanted["tokens"] is not None:
        assert layer.get_vocabulary() == wanted["tokens"]
        assert layer.vocabulary_size() == len(wanted["tokens"])


@every
def test_config_carries_the_vocabulary(case: tuple[str, dict[str, Any]]) -> None:
    layer = made(case)
    config = json.loads(json.dumps(to_config(layer)))
    again = from_config(config)
    asked = np.array(question(*case))
    for a, b in zip(layer(asked), again(asked), strict=True):
        np.testing.assert_array_equal(a, b)
    assert to_config(again) == to_config(layer)


@every
def test_shape_is_the_computed_one(case: tuple[str, dict[str, Any]]) -> None:
    layer, asked = made(case), np.array(question(*case))
    found = layer(asked)
    wanted = layer.compute_output_shape(asked.shape)
    if isinstance(found, list):
        assert wanted == (len(found), None)
        return
    assert all(n in (None, m) for n, m in zip(wanted, found.shape, strict=True))


@pytest.mark.parametrize(
    "kind", [list, np.array, lambda x: np.array([t.encode() for t in x]), lambda x: np.array(x, object)]
)
def test_texts_come_in_many_forms(kind: Any) -> None:
    layer = TextVectorization(vocabulary=["나", "너"])
    assert layer(kind(["나 너", "우리"])).tolist() == [[2, 3], [1, 0]]
    assert layer(kind(["너"]))[0].tolist() == [3]


def test_one_text_gives_one_row() -> None:
    assert TextVectorization(vocabulary=["a", "b"])("b a c").tolist() == [3, 2, 1]
    assert TextVectorization(vocabulary=["a", "b"], output_mode="count")("b a b").tolist() == [0, 1, 2]
    assert StringLookup(vocabulary=["a"])("a").tolist() == 1


def test_frames_and_batches_teach_a_vocabulary() -> None:
    import pandas as pd

    frame = pd.DataFrame({"review": ["good film", "bad film"], "label": [1, 0]})
    layer = TextVectorization()
    layer.adapt(frame["review"])
    assert layer.get_vocabulary() == ["", "[UNK]", "film", "good", "bad"]
    batches = [(np.array(["a b"]), np.array([1])), (np.array(["a c"]), np.array([0])), (np.array(["d"]), np.array([0]))]
    layer.adapt(iter(batches), steps=2)
    assert layer.get_vocabulary() == ["", "[UNK]", "a", "c", "b"]


def test_functions_clean_and_split() -> None:
    layer = TextVectorization(
        standardize=lambda texts: np.char.replace(texts, "!", ""), split=lambda texts: [t.split(",") for t in texts]
    )
    layer.adapt(["x!,y", "x"])
    assert layer(["y!,x,z"]).tolist() == [[3, 2, 1]]


def test_syllables_and_letters() -> None:
    letters = unicodedata.normalize("NFD", "한글 값")
    for given_text in ("한글 값", letters):
        jamo = TextVectorization(split="hangul_jamo", vocabulary=sorted(set(letters)))
        back = [jamo.get_vocabulary()[i] for i in jamo([given_text])[0]]
        assert unicodedata.normalize("NFC", "".join(back)) == "한글 값"
        syllables = TextVectorization(split="hangul_syllables", vocabulary=list("한글 값"))
        assert syllables([given_text]).tolist() == [[2, 3, 4, 5]]
    characters = TextVectorization(split="character", vocabulary=list("한글 값"))
    assert characters(["글 값x"]).tolist() == [[3, 4, 5, 1]]


@given(st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3) | st.sampled_from("a 1.ㄱㅏ")))
def test_letters_are_those_of_unicode(text: str) -> None:
    assert decompose(text) == unicodedata.normalize("NFD", text)
    assert compose(decompose(text)) == text


def test_the_way_back() -> None:
    layer = StringLookup(vocabulary=["a", "b"], invert=True)
    assert layer(np.array([[1, 2], [0, 9]])).tolist() == [["a", "b"], ["[UNK]", "[UNK]"]]
    numbers = IntegerLookup(vocabulary=[7, 5], invert=True, mask_token=0)
    assert numbers(np.array([[2, 3], [0, 1]])).tolist() == [[7, 5], [0, -1]]


def test_a_vocabulary_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    file.write_text("가\n나\n", encoding="utf-8")
    assert StringLookup(vocabulary=str(file))(["나", "다"]).tolist() == [2, 0]
    layer = TextVectorization()
    layer.set_vocabulary(["", "[UNK]", "가"])
    assert layer.get_vocabulary(include_special_tokens=False) == ["가"]


def test_integers_are_looked_up_inside_a_model() -> None:
    from nyuron import Sequential
    from nyuron.layers import Dense

    layer = IntegerLookup(vocabulary=[10, 20, 30], output_mode="multi_hot")
    model = Sequential([Input((2,), dtype="int32"), layer, Dense(1, kernel_initializer="ones")])
    np.testing.assert_allclose(
        model.predict(np.array([[10, 20], [30, 30], [1, 2]], np.int32), verbose=0), [[2], [1], [1]]
    )


def test_siphash_is_the_published_one() -> None:
    """The vectors of the paper's reference code: key 00 … 0f, data 00 … n−1."""
    key = (0x0706050403020100, 0x0F0E0D0C0B0A0908)
    assert siphash(bytes(range(15)), key) == 0xA129CA6149BE45E5
    assert siphash(b"", key) == 0x726FDB47DD0E0E31


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: TextVectorization(standardize="upper"), ArgumentError, "unknown standardize"),
        (lambda: TextVectorization(split="syllable"), ArgumentError, "unknown split"),
        (lambda: TextVectorization(ngrams="two"), ArgumentError, "ngrams cannot be used"),
        (lambda: TextVectorization(output_mode="one_hot"), ArgumentError, "unknown output_mode"),
        (lambda: TextVectorization(output_mode="count", output_sequence_length=3), ArgumentError, "output_sequence_length is for 'int'"),
        (lambda: TextVectorization(output_mode="count", ragged=True), ArgumentError, "ragged is for 'int'"),
        (lambda: TextVectorization(max_tokens=2), ArgumentError, "max_tokens leaves no place"),
        (lambda: TextVectorization(vocabulary=["a", "a"]), ArgumentError, "a token is there twice"),
        (lambda: TextVectorization(vocabulary=["a"], output_mode="tf_idf"), ArgumentError, "idf_weights do not fit"),
        (lambda: TextVectorization()(["a"]), StateError, "the vocabulary is not known yet"),
        (lambda: TextVectorization().adapt(["", ""]), DataError, "no tokens to learn from"),
        (lambda: TextVectorization(vocabulary=["a"])([["a", "b"]]), ShapeError, "each example must be one text"),
        (lambda: TextVectorization(vocabulary=["a"])(np.ones(3)), KindError, "these are no texts"),
        (lambda: TextVectorization(vocabulary=["a"])(["a", None]), KindError, r"x\[1\]: this is no text"),
        (lambda: TextVectorization(vocabulary=["a"])(Input((1,))), KindError, "texts are no part of a compiled network"),
        (lambda: StringLookup(vocabulary=["a"], num_oov_indices=0)(["b"]), DataError, "a text is not in the vocabulary"),
        (lambda: StringLookup(vocabulary=["a", "b"], max_tokens=2), ArgumentError, "larger than max_tokens"),
        (lambda: StringLookup(vocabulary="no such file"), ArgumentError, "the vocabulary cannot be read"),
        (lambda: StringLookup(vocabulary=["a", ""], mask_token=""), ArgumentError, "a special token is among the others"),
        (lambda: StringLookup(pad_to_max_tokens=True), ArgumentError, "pad_to_max_tokens needs max_tokens"),
        (lambda: IntegerLookup(vocabulary=["a"]), KindError, "other things than integers"),
        (lambda: IntegerLookup(oov_method="farmhash"), ArgumentError, "cannot hash texts"),
        (lambda: IntegerLookup().adapt(np.ones(3)), KindError, "these are no integers"),
        (lambda: Hashing(0), ArgumentError, "there must be a bin"),
        (lambda: Hashing(3, salt="x"), ArgumentError, "the salt cannot be used"),
        (layers.CategoryEncoding, ArgumentError, "the number of categories is needed"),
        (lambda: layers.CategoryEncoding(3)(jnp.zeros((2, 2), "int32"), count_weights=jnp.ones((2, 2))), ArgumentError, "count_weights are for"),
    ],
)  # fmt: skip
def test_errors(make: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        make()


def test_category_weights_are_summed() -> None:
    layer = layers.CategoryEncoding(4, "count")
    found = layer(np.array([[0, 1, 0], [3, 3, 9]]), count_weights=np.array([[0.5, 1, 2], [1, 1, 5]], np.float32))
    np.testing.assert_array_equal(found, [[2.5, 1, 0, 0], [0, 0, 0, 2]])


@pytest.mark.parametrize("bins", [2, 4, 10])
def test_learned_bins_hold_equal_shares(bins: int) -> None:
    x = np.random.default_rng(bins).normal(size=(4000, 1)).astype(np.float32)
    layer = layers.Discretization(num_bins=bins)
    layer.adapt(x)
    shares = np.bincount(np.asarray(layer(x)).ravel(), minlength=bins) / len(x)
    np.testing.assert_allclose(shares, 1 / bins, atol=0.02)
    again = from_config(to_config(layer))
    np.testing.assert_array_equal(layer(x), again(x))


@pytest.mark.parametrize("bins", [3, 4, 10])
def test_learned_boundaries_are_keras(bins: int) -> None:
    x = np.random.default_rng(bins).normal(size=500).astype(np.float32)
    layer, theirs = layers.Discretization(num_bins=bins), keras.layers.Discretization(num_bins=bins)
    layer.adapt(x)
    with keras_oracle():
        theirs.update_state(x)
        theirs.finalize_state()
    np.testing.assert_allclose(layer.bin_boundaries, theirs.bin_boundaries, rtol=1e-5)


@pytest.mark.parametrize("name", ["TextVectorization", "StringLookup", "IntegerLookup", "Hashing"])
def test_constructor_arguments_are_keras(name: str) -> None:
    ours = inspect.signature(getattr(layers, name)).parameters
    theirs = inspect.signature(getattr(keras.layers, name)).parameters
    face = {"name", "trainable", "input_shape", "dtype", "kwargs", "sparse"}
    assert {k: p.default for k, p in ours.items() if k not in face} == {
        k: p.default for k, p in theirs.items() if k not in face
    }
