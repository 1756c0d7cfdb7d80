"""Spoken digits, film reviews, weather, and numbers in Korean: small made-up files, and the real ones."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from nyuron import datasets
from nyuron.core import ArgumentError, DataError, FileFormatError, KindError
from nyuron.datasets import fsdd, korean_numbers, nsmc, weather


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty NYURON_DATA and an empty cache."""
    monkeypatch.setenv("NYURON_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("NYURON_CACHE", str(tmp_path / "cache"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.mark.parametrize("name", datasets.names("placed"))
def test_the_error_says_how_to_place_the_files(name: str, folder: Path) -> None:
    with pytest.raises(DataError) as caught:
        datasets.load(name)
    said = str(caught.value)
    assert said.startswith(f"datasets.{name}: ") and "not downloaded by itself" in said
    assert "fix:      get it from https://" in said and f"put it into {folder / name}" in said


def wav(value: int, samples: int, rate: int = 8000) -> bytes:
    out = io.BytesIO()
    wavfile.write(out, rate, np.full(samples, value, np.int16))
    return out.getvalue()


def recordings(folder: Path, prefix: str = "recordings/") -> None:
    with zipfile.ZipFile(folder / "fsdd.zip", "w") as archive:
        archive.writestr(f"{prefix}README.md", "no recording")
        for s, speaker in enumerate(fsdd.SPEAKERS):
            for digit in range(10):
                archive.writestr(f"{prefix}{digit}_{speaker}_0.wav", wav(digit * 100 + s, 20 + digit))


@pytest.mark.parametrize("prefix", ["recordings/", "free-spoken-digit-dataset-master/recordings/", ""])
def test_no_speaker_is_in_both_parts(folder: Path, prefix: str) -> None:
    recordings(folder, prefix)
    data = datasets.load("fsdd", samples=24)
    assert data.rows == (40, 20) and data.kind == "sound" and data.sampling_rate == 8000 and data.input_shape == (24,)
    first = np.round(data.x_train[:, 0] * 32768).astype(int), np.round(data.x_test[:, 0] * 32768).astype(int)
    assert set(first[0] % 100) == {0, 1, 2, 3} and set(first[1] % 100) == {4, 5}
    np.testing.assert_array_equal(first[0] // 100, data.y_train)
    np.testing.assert_array_equal(first[1] // 100, data.y_test)
    assert np.all(data.x_train[data.y_train == 2, 22:] == 0) and np.all(data.x_train[data.y_train == 9, 23] != 0)
    (_, y), (_, y_test) = fsdd.load_data(test_speakers=["lucas"])
    assert (len(y), len(y_test)) == (50, 10)


def test_recordings_that_cannot_be_used(folder: Path) -> None:
    for options in ({"test_speakers": ["anna"]}, {"test_speakers": []}, {"test_speakers": fsdd.SPEAKERS}):
        with pytest.raises(ArgumentError, match="cannot be held out"):
            fsdd.load_data(**options)
    with pytest.raises(ArgumentError, match="samples counts samples"):
        fsdd.load_data(samples=0)
    place = folder / "fsdd" / "recordings"
    place.mkdir(parents=True)
    with pytest.raises(FileFormatError, match="the recordings are not there"):
        fsdd.load_data()
    (place / "0_theo_0.wav").write_bytes(wav(1, 9)[:-3])
    with pytest.raises(FileFormatError, match=r"0_theo_0.wav: a recording is damaged(.|\n)*cut off"):
        fsdd.load_data()
    (place / "0_theo_0.wav").write_bytes(wav(1, 9, 16000))
    with pytest.raises(FileFormatError, match="another kind of recording"):
        fsdd.load_data()


def test_spoken_digits_themselves(shared_data: Path) -> None:
    (x, y), (x_test, y_test) = fsdd.load_data()
    assert x.shape == (2000, 8000) and x_test.shape == (1000, 8000)
    assert np.bincount(y).tolist() == [200] * 10 and np.bincount(y_test).tolist() == [100] * 10
    assert x.dtype == np.float32 and 0.2 < np.abs(x).max() <= 1


@pytest.mark.parametrize("name", ["{part}.tsv.gz", "{part}.tsv", "ratings_{part}.txt"])
def test_reviews(folder: Path, name: str) -> None:
    (folder / "nsmc").mkdir()
    for part, rows in (("train", ['1\t"좋아요\t1', "2\t별로, 별로\t0", "3\t\t0"]), ("test", ["4\t최고\t1"])):
        content = "\n".join(["id\tdocument\tlabel", *rows, ""]).encode()
        content = gzip.compress(content, mtime=0) if name.endswith("gz") else content
        (folder / "nsmc" / name.format(part=part)).write_bytes(content)
    data = datasets.load("nsmc")
    assert data.x_train.tolist() == ['"좋아요', "별로, 별로", ""] and data.y_train.tolist() == [1, 0, 0]
    assert data.kind == "texts" and data.class_names == ("negative", "positive") and data.input_shape == (None,)
    with pytest.raises(KindError, match="no option 'samples'"):
        datasets.load("nsmc", samples=3)


@pytest.mark.parametrize(("content", "line"), [("a\tb\tc\n1\tx\t1", 1), ("id\tdocument\tlabel\n1\tx\t2", 2), ("id\tdocument\tlabel\n1 x 1", 2)])  # fmt: skip
def test_reviews_of_another_form(folder: Path, content: str, line: int) -> None:
    (folder / "train.tsv").write_text(content)
    (folder / "test.tsv").write_text("id\tdocument\tlabel\n1\tx\t1\n")
    with pytest.raises(FileFormatError, match=f"train.tsv, line {line}: this is no file of the corpus"):
        nsmc.load_data()


def test_reviews_themselves(shared_data: Path) -> None:
    (x, y), (x_test, y_test) = nsmc.load_data()
    assert (len(x), len(x_test)) == (30_000, 5_000) and y.mean() == y_test.mean() == 0.5
    assert x[1] == "처음 은 재미있지만 끝은 사기" and y[1] == 0


def weather_file(folder: Path, days: int, change: str = "") -> None:
    first = np.datetime64("2011-01-01")
    rows = [f"{first + d},{d / 10},{'' if d == 5 else d},{d * 2}" for d in range(days) if change != "gap" or d != 7]
    header = "일시,평균기온,최대풍속,평균풍속" if change != "header" else "일시,기온,최대풍속,평균풍속"
    (folder / "weather_cp949.csv").write_bytes("\r\n".join([header, *rows]).encode("cp949"))


def test_the_next_days_temperature(folder: Path) -> None:
    weather_file(folder, 60)
    (x, y), (x_test, y_test) = weather.load_data(window=4, test_days=10)
    assert x.shape == (46, 4, 3) and x_test.shape == (10, 4, 3)
    np.testing.assert_allclose(x[0], [[0, 0, 0], [0.1, 1, 2], [0.2, 2, 4], [0.3, 3, 6]], rtol=1e-6)
    np.testing.assert_allclose(y, np.arange(4, 50) / 10, rtol=1e-6)
    np.testing.assert_allclose(x_test[-1, -1], [5.8, 58, 116], rtol=1e-6)
    np.testing.assert_allclose(y_test, np.arange(50, 60) / 10, rtol=1e-6)
    assert x[2, 3, 1] == 4.0  # the fifth day's wind is missing
    assert datasets.load("weather", window=4, test_days=10).kind == "series"
    with pytest.raises(ArgumentError, match="not that many days"):
        weather.load_data(window=50, test_days=10)


@pytest.mark.parametrize(("change", "said"), [("gap", "days are left out"), ("header", "this is another table")])
def test_weather_of_another_form(folder: Path, change: str, said: str) -> None:
    weather_file(folder, 30, change)
    with pytest.raises(FileFormatError, match=said):
        weather.load_data(window=4, test_days=4)


def test_weather_itself(shared_data: Path) -> None:
    (x, y), (x_test, y_test) = weather.load_data()
    assert x.shape == (3258, 30, 3) and x_test.shape == (365, 30, 3) and np.isfinite(x).all()
    np.testing.assert_array_equal(x[1:, -1, 0], y[:-1])
    persistence = np.abs(x_test[:, -1, 0] - y_test).mean()
    assert 1.5 < persistence < 2


def meant(words: str) -> int:
    """The number of Korean words, read from left to right."""
    total = group = digit = 0
    for letter in words:
        if letter in "십백천":
            group += (digit or 1) * {"십": 10, "백": 100, "천": 1000}[letter]
            digit = 0
        elif letter in "만억조":
            total += (group + digit or 1) * {"만": 10**4, "억": 10**8, "조": 10**12}[letter]
            group = digit = 0
        else:
            digit = "영일이삼사오육칠팔구".index(letter)
    return total + group + digit


def test_numbers_are_said_as_in_korea() -> None:
    known = {
        0: "영", 1: "일", 10: "십", 11: "십일", 100: "백", 321: "삼백이십일", 1000: "천", 1111: "천백십일", 2024: "이천이십사",
        10_000: "만", 10_001: "만일", 110_000: "십일만", 1_000_000: "백만", 100_000_000: "일억", 100_010_000: "일억일만",
        1_234_567: "백이십삼만사천오백육십칠",
    }  # fmt: skip
    assert {n: korean_numbers.spelled(n) for n in known} == known
    for n in np.random.default_rng(0).integers(0, 10**15, 500).tolist():
        assert meant(korean_numbers.spelled(n)) == n


def test_test_numbers_are_unseen() -> None:
    (x, y), (x_test, y_test) = korean_numbers.load_data(2000, seed=3)
    assert len(x) == len(y) == 1600 and len(x_test) == len(y_test) == 400
    assert len({*y, *y_test}) == 2000 and set(map(len, y)) == {1, 2, 3, 4, 5, 6}
    assert all(meant(words) == int(digits) for words, digits in zip(x, y, strict=True))
    lengths = np.bincount([len(v) for v in [*y, *y_test]])
    assert lengths[1] == 10 and lengths[2] == 90 and lengths[4:].min() > 0.95 * lengths[4:].max()
    again = korean_numbers.load_data(2000, seed=3)[0][1]
    assert again.tolist() == y.tolist() != korean_numbers.load_data(2000, seed=4)[0][1].tolist()
    everything = korean_numbers.load_data(100, highest=99, test_split=0.5)
    assert sorted(map(int, [*everything[0][1], *everything[1][1]])) == list(range(100))
    for options in ({"samples": 11, "highest": 9}, {"samples": 0}, {"highest": 10**17}):
        with pytest.raises(ArgumentError, match="not that many numbers"):
            korean_numbers.load_data(**options)
