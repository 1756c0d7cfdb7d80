"""Every lecture program runs, draws its figure, and reaches what the lecture says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "lectures"
PROGRAMS = sorted(p.stem for p in FOLDER.glob("[!_]*.py"))


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
    return True


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name, tmp_path):
    environment = {k: v for k, v in os.environ.items() if k != "NYURON_DATA"}
    done = subprocess.run(
        [sys.executable, str(FOLDER / f"{name}.py"), "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert (tmp_path / f"{name}.png").stat().st_size > 5000
    assert outcome(name, done.stdout), done.stdout
