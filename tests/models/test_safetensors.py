"""Weights from safetensors files: names mapped, kernels turned, errors that list names."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from nyuron.core import ArgumentError, FileFormatError
from nyuron.layers import BatchNormalization, Conv2D, Dense, Flatten, Input
from nyuron.models import Model, Sequential
from nyuron.saving import read_safetensors, write_safetensors

RNG = np.random.default_rng(0)
IMAGES = RNG.normal(size=(2, 5, 5, 2)).astype(np.float32)
THEIRS = {
    "features.0.weight": RNG.normal(size=(3, 2, 3, 3)).astype(np.float32),
    "features.0.bias": RNG.normal(size=3).astype(np.float32),
    "classifier.weight": RNG.normal(size=(4, 27)).astype(np.float32),
    "classifier.bias": RNG.normal(size=4).astype(np.float32),
}
NAMES = {
    "features.0.weight": "conv/kernel",
    "features.0.bias": "conv/bias",
    "classifier.weight": "top/kernel",
    "classifier.bias": "top/bias",
}


def network():
    return Sequential([Input((5, 5, 2)), Conv2D(3, 3, name="conv"), Flatten(), Dense(4, name="top")])


@pytest.fixture
def theirs(tmp_path):
    save_file(THEIRS, tmp_path / "w.safetensors")
    return tmp_path / "w.safetensors"


def check(model):
    kernel, bias, top, last = model.get_weights()
    np.testing.assert_array_equal(kernel, THEIRS["features.0.weight"].transpose(2, 3, 1, 0))
    np.testing.assert_array_equal(top, THEIRS["classifier.weight"].T)
    np.testing.assert_array_equal(bias, THEIRS["features.0.bias"])
    np.testing.assert_array_equal(last, THEIRS["classifier.bias"])


@pytest.mark.parametrize(
    "mapping", [NAMES, NAMES.get, lambda n: n.replace("features.0", "conv").replace("classifier", "top")[:5]]
)
def test_names_are_mapped_and_kernels_turned(mapping, theirs):
    model = network()
    if callable(mapping) and getattr(mapping, "__name__", "") == "<lambda>":
        with pytest.raises(ArgumentError, match="two arrays are given the same name"):
            model.load_weights(theirs, mapping=mapping)
        return
    model.load_weights(theirs, mapping=mapping, transpose="torch")
    check(model)


def test_kernels_are_turned_by_axes_or_by_a_function(theirs):
    axes = {"conv/kernel": (2, 3, 1, 0), "top/kernel": (1, 0)}
    model = network()
    model.load_weights(theirs, mapping=NAMES, transpose=axes)
    check(model)
    model = network()
    model.load_weights(theirs, mapping=NAMES, transpose=lambda n, a: a.transpose(axes[n]) if n in axes else a)
    check(model)
    with pytest.raises(ArgumentError, match="transpose is not known"):
        model.load_weights(theirs, mapping=NAMES, transpose="flax")


def test_errors_list_names_and_change_nothing(theirs):
    model = network()
    before = model.get_weights()
    cases = [
        ({}, r"missing: conv/kernel, conv/bias, top/kernel, top/bias; left over: .*classifier\.bias"),
        ({"mapping": {**NAMES, "classifier.bias": None}, "transpose": "torch"}, "missing: top/bias$|missing: top/bias"),
        (
            {"mapping": {**NAMES, "classifier.bias": "top/biass"}, "transpose": "torch"},
            r"\(is top/biass our top/bias\?\)",
        ),
        ({"mapping": NAMES}, r"top/kernel \(in the file classifier.weight\) has the shape \(4, 27\), not \(27, 4\)"),
        ({"mapping": {**NAMES, "clasifier.bias": "x"}}, "did you mean 'classifier.bias'"),
        ({"by_name": True}, "missing: conv/kernel"),
    ]
    for options, message in cases:
        with pytest.raises((FileFormatError, ArgumentError), match=message):
            model.load_weights(theirs, **options)
        for a, b in zip(model.get_weights(), before, strict=True):
            np.testing.assert_array_equal(a, b)


def test_parts_are_loaded_by_name_or_where_they_fit(theirs):
    model = network()
    top = model.get_weights()[2]
    model.load_weights(
        theirs, mapping={**NAMES, "classifier.weight": None, "classifier.bias": "z"}, transpose="torch", by_name=True
    )
    np.testing.assert_array_equal(model.get_weights()[1], THEIRS["features.0.bias"])
    np.testing.assert_array_equal(model.get_weights()[2], top)
    model = network()
    with pytest.warns(UserWarning, match="top/kernel"):
        model.load_weights(theirs, mapping=NAMES, transpose={"conv/kernel": (2, 3, 1, 0)}, skip_mismatch=True)
    np.testing.assert_array_equal(model.get_weights()[3], THEIRS["classifier.bias"])


def test_ours_go_there_and_back(tmp_path):
    x = Input((3,))
    inner = Sequential([Input((3,)), Dense(2, name="low"), BatchNormalization(name="norm")], name="inner")
    model = Model(x, Dense(1, name="top")(inner(x)))
    model.save_weights(tmp_path / "w.safetensors")
    assert set(load_file(tmp_path / "w.safetensors")) == {
        *("inner/low/kernel", "inner/low/bias", "inner/norm/gamma", "inner/norm/beta"),
        *("inner/norm/moving_mean", "inner/norm/moving_variance", "top/kernel", "top/bias"),
    }
    wanted = model.get_weights()
    model.set_weights([w + 1 for w in wanted])
    model.load_weights(tmp_path / "w.safetensors")
    for a, b in zip(model.get_weights(), wanted, strict=True):
        np.testing.assert_array_equal(a, b)


def test_files_that_are_none(tmp_path):
    path = tmp_path / "w.safetensors"
    with pytest.raises(FileFormatError, match="there is no such file"):
        network().load_weights(path)
    for content in (b"", b"\xff" * 64, b'\x10\0\0\0\0\0\0\0{"a": 1}        '):
        path.write_bytes(content)
        with pytest.raises(FileFormatError, match="cannot be read"):
            network().load_weights(path)
    with pytest.raises(ArgumentError, match="for safetensors files"):
        network().load_weights(tmp_path / "w.h5", mapping={})


def test_every_kind_of_number(tmp_path):
    kinds = ("f8", "f4", "f2", "i8", "i4", "i2", "i1", "u1", "?")
    arrays = {kind: np.arange(6).reshape(2, 3).astype(kind) for kind in kinds} | {"one": np.float32(3.0) * np.ones(())}
    write_safetensors(tmp_path / "w.safetensors", arrays)
    found = read_safetensors(tmp_path / "w.safetensors")
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
    # bfloat16, by hand: 1.0, −2.0 and 0.15625.
    header = b'{"x":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]}}'
    content = len(header).to_bytes(8, "little") + header + bytes.fromhex("803f00c0203e")
    (tmp_path / "b.safetensors").write_bytes(content)
    np.testing.assert_array_equal(read_safetensors(tmp_path / "b.safetensors")["x"], [1.0, -2.0, 0.15625])
