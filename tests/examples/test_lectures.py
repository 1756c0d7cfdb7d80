"""Every lecture program runs, draws its figure, and reaches what the lecture says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "lectures"
PROGRAMS = sorted(p.stem for p in FOLDER.glob("[!_]*.py"))
QUICK = {
    "house_prices": ["--epochs", "40"],
    "house_prices_search": ["--trials", "2", "--epochs", "3"],
}
"""Options with which the longer programs say what they would say at length."""
DATA = Path(os.environ.get("NYURON_DATA", "nowhere"))


def outcome(name, text):
    """Whether the program printed what its lecture promises."""
    if name == "perceptron":
        return re.findall(r"(\w+) mistakes in the last epoch: (\d+)", text)[:3] == [
            ("and", "0"),
            ("or", "0"),
            ("nand", "0"),
        ]
    if name == "polynomial_features":
        return "accuracy: 1.0" in text
    if name == "mlp_xor":
        return float(re.search(r"best loss: (\S+)", text)[1]) < 0.01
    if name == "backpropagation":
        return float(re.search(r"differences: (\S+)", text)[1]) < 1e-8
    if name == "mnist_mlp":
        return float(re.search(r"test accuracy: (\S+)", text)[1]) > 0.85
    if name == "optimizer_paths":
        return "constrained minimum: [0.894 0.447]" in text
    if name == "house_prices":
        network, linear, alone = re.search(r"wrong by (\d+) .* model by (\d+), .* by (\d+)", text).groups()
        return int(network) < 0.85 * int(alone) and int(network) < 1.2 * int(linear)
    if name == "house_prices_search":
        return "2 trials (2 complete)" in text and text.count("\ntest: ") == 2
    if name == "restarts":
        least, most, middle = map(float, re.search(r"starts: (\S+) to (\S+), median (\S+)", text).groups())
        return least < middle < most and float(re.search(r"all together: (\S+)", text)[1]) < middle
    return True


def run(name, tmp_path, environment, *options, timeout=300):
    """What the program printed; its figure is there."""
    done = subprocess.run(
        [sys.executable, str(FOLDER / f"{name}.py"), "--out", str(tmp_path), *options],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / f"{name}.png").stat().st_size > 5000
    return done.stdout


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name, tmp_path):
    environment = {k: v for k, v in os.environ.items() if k != "NYURON_DATA"}
    text = run(name, tmp_path, environment, *QUICK.get(name, ()))
    assert outcome(name, text), text


needs_ames = pytest.mark.skipif(
    not (DATA / "ames_housing.csv").is_file(), reason="set NYURON_DATA to the folder with ames_housing.csv"
)


@pytest.mark.slow
@needs_ames
def test_house_prices(tmp_path):
    text = run("house_prices", tmp_path, os.environ)
    dollars = int(re.search(r"wrong by (\S+) dollars", text)[1].replace(",", ""))
    assert 10_000 < dollars < 20_000, text


@pytest.mark.slow
@needs_ames
def test_house_prices_search(tmp_path):
    options = ("--trials", "12", "--epochs", "30", "--folder", str(tmp_path / "search"))
    first = run("house_prices_search", tmp_path, os.environ, *options, timeout=900)
    dollars = int(re.search(r"wrong by (\S+) dollars", first)[1].replace(",", ""))
    assert "12 trials (12 complete)" in first and 10_000 < dollars < 22_000, first
    assert (tmp_path / "search" / "report.html").stat().st_size > 50_000
    again = run("house_prices_search", tmp_path, os.environ, *options, timeout=300)
    assert re.findall(r"val_loss \S+  nodes1.*", again) == re.findall(r"val_loss \S+  nodes1.*", first)
