"""The programs on real data run and draw their figure; a short training already learns."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "real"
DATA = Path(os.environ.get("NYURON_DATA", "nowhere"))
NEEDS = {
    "film_reviews": "nsmc/train.tsv.gz",
    "mnist_cnn": "mnist/train-images-idx3-ubyte.gz",
    "spoken_digits": "fsdd.zip",
    "transfer": "mnist/train-images-idx3-ubyte.gz",
    "weather": "weather_cp949.csv",
}
LEARNS = {
    "film_reviews": (r"([\d.]+)% of 5000 reviews", 70),
    "korean_numbers": (r"GRU with attention: ([\d.]+)%", 50),
    "mnist_cnn": (r"([\d.]+)% of 10000 unseen", 96),
    "spoken_digits": (r"([\d.]+)% of 1000 digits", 40),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["film_reviews", "korean_numbers", "mnist_cnn", "spoken_digits", "weather"])
def test_program(name, tmp_path):
    epochs = "5" if name in ("spoken_digits", "weather") else "1"
    output = run(name, tmp_path, "--epochs", epochs)
    if name in LEARNS:
        pattern, least = LEARNS[name]
        assert float(re.search(pattern, output)[1]) > least


@pytest.mark.slow
def test_features_of_other_digits_help_where_examples_are_few(tmp_path):
    output = run("transfer", tmp_path, "--draws", "1", "--most", "3")
    scratch, frozen, tuned = re.search(r"3 of each: \D+([\d.]+)\D+([\d.]+)\D+([\d.]+)", output).groups()
    assert float(frozen) > float(scratch) + 0.03
    assert float(tuned) > float(scratch) + 0.03


def run(name, folder, *arguments):
    """What the program prints; it draws its figure."""
    needed = NEEDS.get(name)
    if needed and not (DATA / needed).exists():
        pytest.skip(f"set NYURON_DATA to the folder with {needed}")
    done = subprocess.run(
        [sys.executable, str(FOLDER / f"{name}.py"), "--out", str(folder), *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert (folder / f"{name}.png").stat().st_size > 10_000
    return done.stdout
