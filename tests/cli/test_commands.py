"""The commands, run in this process: the main job and what it says when something is wrong."""

import io
import json
import re
import zipfile

import numpy as np
import pytest
from scipy.io import wavfile

from nyuron.cli import main
from nyuron.models import load_model


def run(capsys, *arguments):
    code = main(list(arguments))
    out = capsys.readouterr()
    return code, out.out, out.err


def test_main_job_on_digits(tmp_path, capsys):
    code, out, _ = run(capsys, "train", "digits", "--epochs", "12", "--out", str(tmp_path))
    assert code == 0 and "1,222 to train, 216 to validate, 359 to test" in out and "% right" in out
    (folder,) = tmp_path.iterdir()
    names = {
        "config.json",
        "history.json",
        "metrics.json",
        "environment.json",
        "model.nyuron",
        "history.csv",
        "preprocessing.json",
        "predictions.csv",
        "predictions.npz",
        "report.html",
    }
    assert {p.name for p in folder.iterdir()} == names
    assert json.loads((folder / "metrics.json").read_text())["accuracy"] > 0.93
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 2 and not re.search(r"""(src|href)=["']https?://""", page)
    assert "Worst mistakes" in page and "data:image/png" in page


def test_table_with_a_target_and_predictions(tmp_path, capsys):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 2))
    lines = [f"{a:.4f},{b:.4f},{3 * a - b:.4f}" for a, b in x]
    (tmp_path / "t.csv").write_text("a,b,price\n" + "\n".join(lines))
    code, out, _ = run(
        capsys, "train", str(tmp_path / "t.csv"), "--epochs", "60", "--out", str(tmp_path / "runs"), "--quiet"
    )
    assert code == 0 and "R²" in out
    code, out, _ = run(capsys, "predict", "latest", str(tmp_path / "t.csv"), "--base", str(tmp_path / "runs"))
    assert code == 0 and out.splitlines()[0] == "price" and len(out.splitlines()) == 121
    said = np.array([float(v) for v in out.splitlines()[1:]])
    assert np.corrcoef(said, 3 * x[:, 0] - x[:, 1])[0, 1] > 0.9
    for command in (["runs"], ["runs", "show"], ["runs", "compare", "latest", "latest"]):
        code, out, _ = run(capsys, *command, "--base", str(tmp_path / "runs"))
        assert code == 0 and out


def test_network_from_yaml(tmp_path, capsys):
    (tmp_path / "m.yaml").write_text("layers:\n  - {layer: Dense, units: 8, activation: tanh}\nepochs: 2\n")
    code, out, _ = run(capsys, "train", "iris", "--model", str(tmp_path / "m.yaml"), "--out", str(tmp_path / "r"))
    assert code == 0 and "Dense 8 tanh → Dense 3 softmax" in out
    (tmp_path / "m.yaml").write_text("layers:\n  - {layer: Dens, units: 8}\n")
    code, _, err = run(capsys, "train", "iris", "--model", str(tmp_path / "m.yaml"), "--out", str(tmp_path / "r"))
    assert code == 1 and "did you mean 'Dense'" in err


@pytest.mark.parametrize(("source", "steps"), [("digits", 8), ("iris", 4)])
def test_transformer_over_rows_or_columns(source, steps, tmp_path, capsys):
    options = ["--model", "transformer", "--hidden", "16", "--epochs", "4", "--out", str(tmp_path)]
    code, out, _ = run(capsys, "train", source, *options)
    assert code == 0 and "TransformerEncoder 16 relu" in out
    (folder,) = tmp_path.iterdir()
    layers = json.loads((folder / "config.json").read_text())["network"]
    assert [steps, 16] in [layer["output"] for layer in layers]
    again = load_model(folder / "model.nyuron")
    assert again.predict(np.zeros((2, *again.graph.inputs[0].shape[1:]), np.float32), verbose=0).shape[0] == 2


def test_cnn_over_pictures(tmp_path, capsys):
    options = ["--model", "cnn", "--hidden", "8", "12", "--dropout", "0.1", "--epochs", "8", "--out", str(tmp_path)]
    code, out, _ = run(capsys, "train", "digits", *options)
    assert code == 0 and "Conv2D" in out
    (folder,) = tmp_path.iterdir()
    layers = json.loads((folder / "config.json").read_text())["network"]
    assert [2, 2, 12] in [layer["output"] for layer in layers]
    assert load_model(folder / "model.nyuron").predict(np.zeros((2, 8, 8), np.float32), verbose=0).shape == (2, 10)


@pytest.mark.parametrize(("name", "source", "steps"), [("lstm", "digits", 8), ("gru", "iris", 4)])
def test_recurrent_over_rows_or_columns(name, source, steps, tmp_path, capsys):
    options = ["--model", name, "--hidden", "8", "6", "--dropout", "0.1", "--epochs", "4", "--out", str(tmp_path)]
    code, out, _ = run(capsys, "train", source, *options)
    assert code == 0 and name.upper() in out
    (folder,) = tmp_path.iterdir()
    outputs = [layer["output"] for layer in json.loads((folder / "config.json").read_text())["network"]]
    assert [steps, 8] in outputs and [6] in outputs
    again = load_model(folder / "model.nyuron")
    assert again.predict(np.zeros((2, *again.graph.inputs[0].shape[1:]), np.float32), verbose=0).shape[0] == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "digts"], "did you mean 'digits'"),
        (["train", "nothing.csv"], "no such file"),
        (["train", "iris", "--model", "cnnn"], "there is no such network"),
        (["train", "iris", "--model", "tranformer"], "did you mean 'transformer'"),
        (["train", "iris", "--model", "transformer", "--hidden", "8", "16"], "a transformer has one width"),
        (["train", "iris", "--model", "cnn"], "a table's columns have none"),
        (["train", "iris", "--optimizer", "adm"], "did you mean 'adam'"),
        (["predict", "latest", "x.csv"], "no such run"),
    ],
)
def test_errors(arguments, message, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = run(capsys, *arguments)
    assert code == 1 and message in err


def test_doctor(capsys):
    code, out, _ = run(capsys, "doctor")
    assert code == 0 and "jax" in out and "devices" in out


def test_sounds(tmp_path, capsys, monkeypatch):
    with zipfile.ZipFile(tmp_path / "fsdd.zip", "w") as archive:
        time = np.arange(8000) / 8000
        for speaker, pitch in (("george", 1.0), ("lucas", 1.1), ("theo", 1.05)):
            for digit in range(10):
                for take in range(4):
                    tone = np.sin(2 * np.pi * (200 + 250 * digit) * pitch**0.2 * time + take)
                    wav = io.BytesIO()
                    wavfile.write(wav, 8000, (8000 * tone).astype(np.int16))
                    archive.writestr(f"recordings/{digit}_{speaker}_{take}.wav", wav.getvalue())
    monkeypatch.setenv("NYURON_DATA", str(tmp_path))
    code, out, _ = run(capsys, "train", "fsdd", "--hidden", "16", "--epochs", "40", "--out", str(tmp_path / "r"))
    assert code == 0 and "seen as spectrograms" in out and "GRU 16" in out
    (folder,) = (tmp_path / "r").iterdir()
    assert json.loads((folder / "metrics.json").read_text())["accuracy"] > 0.5
    assert "data:image/png" in (folder / "report.html").read_text(encoding="utf-8")
