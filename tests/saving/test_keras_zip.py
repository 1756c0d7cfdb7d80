"""Files from strangers: damaged, foreign, too large, with code; an error says which and what to do, and nothing runs."""

from __future__ import annotations

import io
import json
import shutil
import zipfile

import h5py
import numpy as np
import pytest

from nyuron.core import FileFormatError
from nyuron.layers import BatchNormalization, Dense, Input
from nyuron.models import Model, Sequential, load_model
from nyuron.saving import read_hdf5, read_keras_zip


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    model = Sequential(
        [Input((4,)), Dense(3, "relu", name="one"), BatchNormalization(), Dense(2, name="two")], name="m"
    )
    path = tmp_path_factory.mktemp("good") / "m.keras"
    model.save(path)
    return path


def parts_of(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def changed(good, path, **members):
    """A copy of the good file with other members; `config` may be a function of the config."""
    parts = parts_of(good)
    for name, content in members.items():
        if name == "config":
            config = json.loads(parts["config.json"])
            parts["config.json"] = json.dumps(content(config) or config).encode()
        else:
            parts[{"weights": "model.weights.h5"}.get(name, name)] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if content is not None:
                archive.writestr(name, content)
    return path


def layer(config, number=1):
    return config["config"]["layers"][number]


def test_cut_and_scratched_files_are_known_as_such(good, tmp_path):
    whole = good.read_bytes()
    rng = np.random.default_rng(0)
    wanted = load_model(good).get_weights()
    bad = tmp_path / "bad.keras"
    for cut in (0, 3, 100, len(whole) // 2, len(whole) - 5):
        bad.write_bytes(whole[:cut])
        with pytest.raises(FileFormatError, match="cannot be read"):
            load_model(bad)
    for _ in range(40):
        scratched = bytearray(whole)
        for at in rng.integers(0, len(whole), 3):
            scratched[at] ^= int(rng.integers(1, 256))
        bad.write_bytes(scratched)
        try:
            found = load_model(bad).get_weights()
        except FileFormatError:
            continue
        assert [w.shape for w in found] == [w.shape for w in wanted]


def test_hdf5_that_is_scratched_within_a_good_zip(good, tmp_path):
    weights = parts_of(good)["model.weights.h5"]
    rng = np.random.default_rng(1)
    for _ in range(60):
        scratched = bytearray(weights)
        for at in rng.integers(0, len(weights) // 2, 4):
            scratched[at] = int(rng.integers(0, 256))
        try:
            load_model(changed(good, tmp_path / "bad.keras", weights=bytes(scratched)))
        except FileFormatError as error:
            assert str(tmp_path) in str(error)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no such file"),
        (b"", "cannot be read"),
        (b"hello", "cannot be read"),
        (b"\x89HDF\r\n\x1a\n" + bytes(64), "older Keras file"),
    ],
)
def test_foreign_files(content, message, tmp_path):
    path = tmp_path / "m.keras"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileFormatError, match=message):
        load_model(path)


def lambda_layer(config):
    code = {"class_name": "__lambda__", "config": {"code": "4wAAAA==", "defaults": None, "closure": None}}
    layer(config).update(class_name="Lambda", config={"name": "f", "function": code})


def named_function(config):
    function = {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"}
    layer(config).update(class_name="Lambda", config={"name": "f", "function": function, "arguments": {}})


def foreign_class(config):
    layer(config).update(module="subprocess", class_name="Popen", config={"args": "touch /tmp/x"})


def our_own_helper(config):
    layer(config).update(module="keras.layers", class_name="CustomLayer", config={})


def odd_setting(config):
    layer(config)["config"]["lora_rank"] = 4


def wrong_setting(config):
    layer(config)["config"]["units"] = {"a": [1]}


def huge(config):
    layer(config)["config"]["units"] = 2**31


def deep(config):
    inner = "relu"
    for _ in range(70):
        inner = {"a": inner}
    layer(config)["config"]["activation"] = inner


def word_list(config):
    layer(config).update(class_name="StringLookup", config={"vocabulary": "/etc/passwd"})


def no_layers(config):
    config["config"]["layers"] = None


def no_model(config):
    return {"module": "keras.layers", "class_name": "Dense", "config": {"units": 3}}


def no_class(config):
    layer(config)["class_name"] = 7


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda_layer, "Python code, which is never run"),
        (named_function, "function 'system'"),
        (foreign_class, "'Popen' is not known"),
        (our_own_helper, "'CustomLayer' is not known"),
        (odd_setting, "lora_rank"),
        (wrong_setting, "cannot be made of these settings|cannot be built"),
        (huge, "far larger than the weights"),
        (deep, "nests without end|Dense"),
        (word_list, "lies in another file"),
        (no_layers, "a model has no layers"),
        (no_model, "does not describe a built model"),
        (no_class, "a class has no name"),
        (lambda config: [1], "config.json"),
    ],
)
def test_configs_that_are_refused(change, message, good, tmp_path):
    with pytest.raises(FileFormatError, match=message) as caught:
        load_model(changed(good, tmp_path / "bad.keras", config=change))
    assert "bad.keras" in str(caught.value)


def test_graphs_that_are_refused(tmp_path):
    x = Input((4,), name="x")
    Model(x, Dense(2, name="two")(Dense(3, name="one")(x))).save(good := tmp_path / "good.keras")

    def node(config, number=2):
        return layer(config, number)["inbound_nodes"][0]["args"][0]["config"]["keras_history"]

    changes = [
        (lambda c: node(c).__setitem__(0, "three"), "names the layer 'three'"),
        (lambda c: node(c).__setitem__(0, "two"), "without loops"),
        (lambda c: node(c).__setitem__(1, -1), "two numbers from 0"),
        (lambda c: node(c).__setitem__(2, 5), "has no output 5"),
        (lambda c: c["config"].__setitem__("output_layers", [["one", 3, 0]]), "names a node that there is not"),
        (lambda c: c["config"].__setitem__("output_layers", 3), "output_layers cannot be read"),
        (lambda c: layer(c, 2).__setitem__("name", "one"), "two layers have the same name"),
        (lambda c: layer(c, 0)["config"].__setitem__("batch_shape", [None, "x"]), "a shape cannot be read"),
        (lambda c: layer(c, 2).update(module="keras.src.ops.numpy", class_name="Exp"), "function 'Exp'"),
        (lambda c: layer(c, 2)["inbound_nodes"][0].__setitem__("args", []), "cannot be applied|cannot be built"),
    ]
    for change, message in changes:
        with pytest.raises(FileFormatError, match=message):
            load_model(changed(good, tmp_path / "bad.keras", config=change))


def test_zips_that_are_refused(good, tmp_path):
    bad = tmp_path / "bad.keras"
    for name in ("config.json", "model.weights.h5"):
        with pytest.raises(FileFormatError, match=f"no part '{name}'|cannot be read"):
            load_model(changed(good, bad, **{name: None}))
    with pytest.raises(FileFormatError, match="too large"):
        load_model(changed(good, bad, **{"assets/zeros.txt": bytes(32 << 20)}))
    shutil.copy(good, bad)
    with zipfile.ZipFile(bad, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("config.json", "{}")
    with pytest.raises(FileFormatError, match="twice"):
        load_model(bad)


def test_a_path_out_of_the_zip_writes_nothing(good, tmp_path):
    inside = tmp_path / "deep" / "er"
    inside.mkdir(parents=True)
    load_model(changed(good, inside / "m.keras", **{"assets/../../../escaped.txt": b"x", "/abs.txt": b"x"}))
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["deep", "er", "m.keras"]


def hdf5(fill, **options):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", **options) as file:
        fill(file)
    return buffer.getvalue()


def soft(file):
    file["a/vars/0"] = np.ones(3)
    file["b"] = h5py.SoftLink("/a")


def outside(file):
    file["b"] = h5py.ExternalLink("/etc/passwd", "/")


def stored_outside(file):
    file.create_dataset("a", (4,), "u1", external=[("/etc/passwd", 0, 4)])


def virtual(file):
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", (4,))
    file.create_virtual_dataset("a", layout)


def texts(file):
    file["a"] = np.array([b"x"], object)


def records(file):
    file["a"] = np.zeros(2, [("x", "f4"), ("y", "f4")])


def enormous(file):
    file.create_dataset("a", (1 << 20, 1 << 10), "f4", chunks=(1024, 1024), compression="gzip", fillvalue=1.0)


def circle(file):
    file["a/b/c"] = np.ones(2)
    file["a/b/back"] = file["a"]


@pytest.mark.parametrize(
    ("fill", "message"),
    [
        (soft, "link to elsewhere"),
        (outside, "link to elsewhere"),
        (stored_outside, "lie in other files"),
        (virtual, "lie in other files"),
        (texts, "does not hold numbers"),
        (records, "does not hold numbers"),
        (enormous, "far larger than it is"),
        (circle, "without end"),
    ],
)
def test_hdf5_that_is_refused(fill, message):
    with pytest.raises(FileFormatError, match=message):
        read_hdf5(hdf5(fill), "w.h5")


def test_weights_of_another_model_are_named(good, tmp_path):
    other = Sequential([Input((4,)), Dense(3), BatchNormalization(), Dense(5)])
    before = other.get_weights()
    with pytest.raises(FileFormatError, match=r"layers/dense_1/vars/0 has the shape \(3, 2\), not \(3, 5\)"):
        other.load_weights(good)
    for a, b in zip(other.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.warns(UserWarning, match="not all weights were loaded"):
        other.load_weights(good, skip_mismatch=True)
    np.testing.assert_array_equal(other.get_weights()[0], load_model(good).get_weights()[0])
    with pytest.raises(FileFormatError, match="missing: layers/dense_2/vars/0, layers/dense_2/vars/1"):
        Sequential([Input((4,)), Dense(3), BatchNormalization(), Dense(2), Dense(2)]).load_weights(good)
    with pytest.raises(FileFormatError, match=r"left over: .*layers/batch_normalization/vars/0"):
        Sequential([Input((4,)), Dense(3), Dense(2)]).load_weights(good)


def test_a_good_file_is_read_whole(good):
    parts = read_keras_zip(good)
    assert parts.is_ours
    assert parts.config["class_name"] == "Sequential"
    assert sorted(read_hdf5(parts.weights, "w").arrays)[0] == "layers/batch_normalization/vars/0"
