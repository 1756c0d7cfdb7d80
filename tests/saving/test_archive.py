"""Files: damage, foreignness, other versions and other structures are said, not guessed."""

import json
import zipfile

import numpy as np
import pytest

from nyuron import core, saving
from nyuron.layers import Dense
from nyuron.models import Sequential, load_model


@pytest.fixture
def model_file(tmp_path):
    Sequential([Dense(2, input_shape=(3,))]).save(tmp_path / "m.nyuron")
    return tmp_path / "m.nyuron"


def test_foreign_missing_and_truncated_files(model_file, tmp_path):
    (tmp_path / "text.nyuron").write_text("hello")
    (tmp_path / "cut.nyuron").write_bytes(model_file.read_bytes()[:200])
    with zipfile.ZipFile(tmp_path / "zip.nyuron", "w") as z:
        z.writestr("a.txt", "a")
    for name in ("text", "cut", "zip", "nothing"):
        with pytest.raises(core.FileFormatError, match="fix:"):
            load_model(tmp_path / f"{name}.nyuron")


def test_a_flipped_byte_is_found(model_file):
    content = bytearray(model_file.read_bytes())
    at = content.index(b"kernel_initializer")
    content[at] ^= 1
    model_file.write_bytes(content)
    with pytest.raises(core.FileFormatError):
        load_model(model_file)


def test_later_version_and_unknown_class(tmp_path):
    saving.write_archive(tmp_path / "a", "nyuron-model", {"model": {"class": "os.system", "config": {}}}, {})
    with pytest.raises(core.FileFormatError, match="does not know"):
        load_model(tmp_path / "a")
    with zipfile.ZipFile(tmp_path / "b", "w") as z:
        z.writestr("manifest.json", json.dumps({"format": "nyuron-model", "version": 99, "sha256": {}}))
    with pytest.raises(core.FileFormatError, match="later version"):
        load_model(tmp_path / "b")


def test_weights_of_another_structure(tmp_path):
    Sequential([Dense(2, input_shape=(3,))]).save_weights(tmp_path / "w")
    with pytest.raises(core.FileFormatError, match="another shape"):
        Sequential([Dense(4, input_shape=(3,))]).load_weights(tmp_path / "w")
    with pytest.raises(core.FileFormatError, match="another structure"):
        Sequential([Dense(2, input_shape=(3,)), Dense(1)]).load_weights(tmp_path / "w")


def test_writing_is_atomic(tmp_path):
    target = tmp_path / "f"
    target.write_text("old")
    with pytest.raises(RuntimeError), saving.atomic(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert target.read_text() == "old" and list(tmp_path.iterdir()) == [target]


def test_run_folders_never_collide(tmp_path):
    assert len({saving.new_run_folder(tmp_path, "x") for _ in range(20)}) == 20


def test_arrays_keep_their_shapes(tmp_path):
    arrays = {"a": np.float32(3.0).reshape(()), "b": np.arange(6).reshape(2, 3)}
    saving.write_archive(tmp_path / "a", "k", {"d": [1]}, arrays)
    documents, again = saving.read_archive(tmp_path / "a", "k")
    assert documents == {"d": [1]} and again["a"].shape == () and np.array_equal(again["b"], arrays["b"])
