"""House prices: a made-up table with the same columns of each sort, and the real one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nyuron
from nyuron import datasets
from nyuron.core import ArgumentError, DataError, FileFormatError
from nyuron.datasets import ames_housing

HEADER = ["Order", "PID", "MS SubClass", "Lot Area", "Garage Yr Blt", "Alley", "Street", "Year Built", "Gr Liv Area",
          "Pool QC", "SalePrice"]  # fmt: skip


def houses(folder: Path, rows: int = 60, name: str = "ames_housing.csv", between: str = ",") -> Path:
    """Prices that follow the area and the street."""
    random = np.random.default_rng(3)
    lines = [between.join(HEADER)]
    for i in range(rows):
        area = int(random.integers(800, 3000))
        street = ("Pave", "Grvl")[i % 2]
        price = int(80 * area * (1.2 if street == "Pave" else 0.8))
        alley = "NA" if i % 3 else "Gravel"
        garage = "NA" if i % 5 == 0 else 1950 + i
        cells = [
            i + 1,
            f"05{i:08}",
            f"{20 * (1 + i % 3):03}",
            9000 + i,
            garage,
            alley,
            street,
            1900 + i,
            area,
            "NA",
            price,
        ]
        lines.append(between.join(map(str, cells)))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A NYURON_DATA of its own and an empty cache."""
    monkeypatch.setenv("NYURON_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("NYURON_CACHE", str(tmp_path / "cache"))
    return tmp_path / "data"


def test_numbers_are_standardised_and_kinds_one_hot_by_the_training_part(folder: Path) -> None:
    houses(folder)
    (x, y), (x_test, _) = ames_housing.load_data()
    names = ames_housing.feature_names()
    assert x.shape == (48, len(names)) and x_test.shape == (12, len(names)) and x.dtype == y.dtype == np.float32
    numbers = ("Lot Area", "Garage Yr Blt", "Year Built", "Gr Liv Area")
    assert names == (*numbers, "MS SubClass=20", "MS SubClass=40", "MS SubClass=60", "Alley=Gravel", "Alley=none",
                     "Street=Grvl", "Street=Pave")  # fmt: skip
    np.testing.assert_allclose(x[:, :4].mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(x[:, :4].std(0), 1, atol=1e-5)
    assert set(np.unique(x[:, 4:])) == {0.0, 1.0} and np.isfinite(x_test).all()
    assert np.all(x[:, 4:7].sum(1) == 1) and np.all(x[:, 7:9].sum(1) == 1)
    assert not np.allclose(x_test[:, :4].mean(0), 0, atol=1e-3)


def test_the_way_back_to_dollars(folder: Path) -> None:
    houses(folder)
    (_, y), (_, y_test) = ames_housing.load_data(test_split=0.25, seed=5)
    (_, price), (_, price_test) = ames_housing.load_data(test_split=0.25, seed=5, target="price")
    np.testing.assert_allclose(ames_housing.to_dollars(y), price, rtol=1e-6)
    np.testing.assert_allclose(ames_housing.from_dollars(price_test), y_test, rtol=1e-6)


def test_the_split_is_the_seeds(folder: Path) -> None:
    houses(folder)
    (_, one), (_, held) = ames_housing.load_data(seed=1)
    (_, again), _ = ames_housing.load_data(seed=1)
    (_, other), _ = ames_housing.load_data(seed=2)
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)
    assert len(set(one.tolist()) & set(held.tolist())) < len(held)


def test_a_kind_that_training_does_not_know_is_zeros(folder: Path) -> None:
    path = houses(folder)
    _, (x_test, _) = ames_housing.load_data()
    text = path.read_text()
    # The street of one house of the test part, found by its lot, becomes one of its own.
    houses_of_test = np.random.RandomState(113).permutation(60)[48:]
    line = text.splitlines()[1 + houses_of_test[0]]
    path.write_text(text.replace(line, line.replace("Pave", "Rail").replace("Grvl", "Rail")))
    _, (changed, _) = ames_housing.load_data()
    assert changed[0, -2:].tolist() == [0.0, 0.0] and x_test[0, -2:].sum() == 1
    np.testing.assert_array_equal(changed[1:], x_test[1:])


def test_as_it_is_published(folder: Path) -> None:
    houses(folder)
    (x, y), _ = ames_housing.load_data()
    (folder / "ames_housing.csv").unlink()
    houses(folder / "ames_housing", name="AmesHousing.txt", between="\t")
    (same, target), _ = ames_housing.load_data()
    np.testing.assert_array_equal(x, same)
    np.testing.assert_array_equal(y, target)


def test_a_data_set_in_dollars(folder: Path) -> None:
    houses(folder)
    data = datasets.load("ames_housing", test=0.5)
    assert data.rows == (30, 30) and data.kind == "table" and data.task == "regression"
    assert len(data.feature_names) == data.input_shape[0] and data.y_train.min() > 50_000


def test_errors(folder: Path) -> None:
    with pytest.raises(DataError, match=r"ames_housing.csv .*is not on this machine"):
        ames_housing.load_data()
    path = houses(folder)
    with pytest.raises(ArgumentError, match="'log' or 'price'"):
        ames_housing.load_data(target="dollars")
    with pytest.raises(ArgumentError, match="test_split"):
        ames_housing.load_data(test_split=1.0)
    path.write_text("a,b\n1,2\n3,4")
    with pytest.raises(FileFormatError, match="another table"):
        ames_housing.load_data()


def test_ames_itself(shared_data: Path) -> None:
    (x, y), (x_test, y_test) = ames_housing.load_data()
    assert x.shape == (2344, 331) and x_test.shape == (586, 331) and np.isfinite(x).all()
    assert abs(y.mean()) < 0.1 and abs(y.std() - 1) < 0.1
    names = ames_housing.feature_names()
    assert not [n for n in names if n.startswith(("Id", "PID", "SalePrice"))]
    area = x[:, names.index("Gr Liv Area")]
    assert np.corrcoef(area, y)[0, 1] > 0.65
    assert float(nyuron.datasets.load("ames_housing").y_test.max()) > 500_000
    assert len(y_test) == len(x_test)
