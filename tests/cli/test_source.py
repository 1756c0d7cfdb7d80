"""What `nyuron train` says of a file that it cannot use: who, what is wrong there, and the option that repairs it."""

import gzip
import re

import numpy as np
import pytest

from nyuron.cli import main

FILES = {
    "ragged.csv": b"a,b,price\n1,2,3\n4,5\n6,7,8\n",
    "binary.csv": bytes(range(256)) * 8,
    "empty.csv": b"",
    "constant.csv": b"a,b\n1,2\n2,2\n3,2\n",
    "gap.csv": b"a,b,y\n1,2,\n4,5,1\n6,7,2\n8,9,3\n",
    "cp949.csv": "이름,값,y\n가,1,2\n나,2,3\n다,3,4\n".encode("cp949"),
    "half.npz": b"PK\x03\x04half an archive",
    "page.csv": b"<!doctype html><html><body>Not found</body></html>",
    "other.npz": None,
}
CASES = [
    ("ragged.csv", ["--target", "price"], "ragged.csv, line 3: 2 cells where the first row has 3"),
    ("binary.csv", [], "not a text file"),
    ("empty.csv", [], "the file is empty"),
    ("constant.csv", ["--target", "b"], "the target 'b' is the same in every row"),
    ("gap.csv", ["--target", "y"], "--missing drop leaves this row out"),
    ("cp949.csv", ["--target", "값"], "leave out what is not a number: --drop '?이름'?"),
    ("half.npz", [], "no zip archive"),
    ("page.csv", [], "HTML"),
    ("other.npz", [], r"np.savez\(path, x=x, y=y\)"),
    ("gap.csv", ["--target", "yy"], "there is no column 'yy'"),
    ("nothing.csv", [], "there is no such data set or file"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    for name, content in FILES.items():
        if content is not None:
            (folder / name).write_bytes(content)
    np.savez(folder / "other.npz", foo=np.ones(3))
    return folder


@pytest.mark.parametrize(("name", "options", "message"), CASES, ids=[f"{c[0]} {' '.join(c[1])}" for c in CASES])
def test_what_is_said(folder, tmp_path, capfd, name, options, message):
    code = main(["train", str(folder / name), *options, "--out", str(tmp_path / "runs")])
    said = capfd.readouterr().err
    assert code == 1
    assert re.search(message, " ".join(said.split())), said
    assert "Traceback" not in said and "expected:" in said and "fix:" in said
    assert not (tmp_path / "runs").exists() or not any((tmp_path / "runs").iterdir())


def test_a_gap_is_dropped_when_told(tmp_path, capfd):
    rows = [f"{i},{i * 2},{'' if i == 3 else i * 3}" for i in range(40)]
    (tmp_path / "gap.csv").write_text("a,b,y\n" + "\n".join(rows))
    arguments = ["--target", "y", "--task", "regression", "--missing", "drop", "--epochs", "1"]
    assert main(["train", str(tmp_path / "gap.csv"), *arguments, "--out", str(tmp_path / "r")]) == 0
    assert "39" in capfd.readouterr().out


def test_compressed_files_are_read(tmp_path, capfd):
    rows = "\n".join(f"{i},{i % 7}" for i in range(50))
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(f"a,b\n{rows}\n".encode()))
    assert main(["train", str(tmp_path / "t.csv.gz"), "--epochs", "1", "--out", str(tmp_path / "r")]) == 0
    assert "50: 34 to train" in capfd.readouterr().out
