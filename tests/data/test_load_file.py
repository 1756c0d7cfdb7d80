"""Data sets from files: targets, tasks, gaps, and .npz."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nyuron.core import ArgumentError, DataError, FileFormatError, ShapeError, UnknownNameError
from nyuron.data import Dataset, load_file, target_of


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    rows = [f"{i},{i * 0.5},{'rose' if i % 4 else 'iris'},{i + 0.25}" for i in range(40)]
    path = tmp_path / "flowers.csv"
    path.write_text("a,b,kind,size\n" + "\n".join(rows) + "\n")
    return path


def test_the_last_column_is_the_target(flowers: Path) -> None:
    data = load_file(flowers, drop="kind")
    assert (data.task, data.target_name, data.feature_names) == ("regression", "size", ("a", "b"))
    assert (data.rows, data.input_shape, data.kind, data.classes) == ((32, 8), (2,), "table", 0)
    assert data.x_train.dtype == data.y_train.dtype == np.float32
    np.testing.assert_allclose(np.sort(np.r_[data.y_train, data.y_test]), np.arange(40) + 0.25)
    np.testing.assert_allclose(data.x_train[:, 0] + 0.25, data.y_train)


def test_texts_are_classes_with_the_same_shares_in_both_parts(flowers: Path) -> None:
    data = load_file(flowers, target="kind")
    assert (data.task, data.class_names, data.classes) == ("classification", ("iris", "rose"), 2)
    assert np.bincount(data.y_train).tolist() == [8, 24] and np.bincount(data.y_test).tolist() == [2, 6]
    assert any("2 different values" in note for note in data.notes)


def test_the_seed_decides_the_parts(flowers: Path) -> None:
    first, again, other = (load_file(flowers, drop=["kind"], seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.x_test, again.x_test)
    assert not np.array_equal(first.x_test, other.x_test)


def test_wrong_names_suggest_the_nearest(flowers: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'size'"):
        load_file(flowers, target="siez")
    with pytest.raises(UnknownNameError, match="did you mean 'kind'"):
        load_file(flowers, drop=["kin"])
    with pytest.raises(ArgumentError, match="'error' or 'drop'"):
        load_file(flowers, missing="mean")


def test_text_among_the_features_is_an_error(flowers: Path) -> None:
    with pytest.raises(DataError, match=r"column 'kind': 1 column holds no numbers(.|\n)*drop=\['kind'\]"):
        load_file(flowers)


def test_rows_with_gaps_are_an_error_or_left_out(tmp_path: Path) -> None:
    path = tmp_path / "gaps.csv"
    path.write_text("a,y\n1,2.5\n,3.5\n3,\n4,5.5\n5,6.5\n6,7.5\n")
    with pytest.raises(DataError, match="missing='drop' leaves these 2 rows out"):
        load_file(path)
    data = load_file(path, missing="drop", test=1)
    assert data.rows == (3, 1) and any("2 of 6 rows have gaps" in note for note in data.notes)
    path.write_text("a,b,y\n1,,2.5\n,3,3.5\n")
    with pytest.raises(DataError, match="every row has a gap"):
        load_file(path, missing="drop")


def test_a_number_column_with_a_slip_is_no_column_of_classes(tmp_path: Path) -> None:
    path = tmp_path / "slip.csv"
    path.write_text("a,y\n" + "".join(f"{i},{i}.5\n" for i in range(30)) + "31,oops\n")
    with pytest.raises(DataError, match=r"line 32, column 'y'(.|\n)*'oops'"):
        load_file(path)


def test_one_column_is_not_enough(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("a\n1\n2\n")
    with pytest.raises(DataError, match="no column to predict 'a' from"):
        load_file(path)


def test_a_class_of_a_single_row_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "rare.csv"
    path.write_text("a,y\n" + "".join(f"{i},{'xy'[i % 2]}\n" for i in range(20)) + "99,z\n")
    assert any("single row" in note for note in load_file(path).notes)


def test_real_tables(shared_data: Path) -> None:
    weather = load_file(shared_data / "weather_cp949.csv", drop=["일시"], missing="drop")
    assert weather.rows == (2917, 729) and weather.feature_names == ("평균기온", "최대풍속")
    with pytest.raises(DataError, match=r"'일시' \(date\)"):
        load_file(shared_data / "weather_cp949.csv")
    with pytest.raises(DataError, match=r"'MS Zoning' \(text\)"):
        load_file(shared_data / "ames_housing.csv")
    assert load_file(shared_data / "nonlinear.csv").rows == (800, 200)


# .npz


def test_npz_with_x_and_y(tmp_path: Path) -> None:
    x = np.arange(40 * 4, dtype=np.uint8).reshape(40, 2, 2)
    np.savez(tmp_path / "pictures.npz", x=x, y=np.arange(40) % 2)
    data = load_file(tmp_path / "pictures.npz")
    assert (data.rows, data.kind, data.value_range) == ((32, 8), "image", (0.0, 255.0))
    assert data.x_train.dtype == np.uint8 and data.y_train.dtype == np.int32


def test_npz_with_a_test_part(tmp_path: Path) -> None:
    x, y = np.arange(30.0).reshape(10, 3), np.linspace(0, 1, 10)
    np.savez(tmp_path / "parts.npz", x_train=x[:7], y_train=y[:7], x_test=x[7:], y_test=y[7:])
    data = load_file(tmp_path / "parts.npz")
    np.testing.assert_array_equal(data.x_test, x[7:].astype(np.float32))
    np.testing.assert_array_equal(data.y_train, y[:7].astype(np.float32))
    assert data.feature_names == ("x1", "x2", "x3") and data.task == "regression"


def test_npz_never_unpickles(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self):
            return (tmp_path.joinpath("ran").touch, ())

    np.savez(tmp_path / "evil.npz", x=np.array([Evil(), 1], dtype=object), y=np.arange(2))
    with pytest.raises(FileFormatError, match="objects need pickle, which can run code"):
        load_file(tmp_path / "evil.npz")
    assert not (tmp_path / "ran").exists()


def test_npz_that_is_broken_or_of_other_names(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, features=np.zeros(3), labels=np.zeros(3))
    with pytest.raises(DataError, match=r"does not name its arrays as needed(.|\n)*features \(3,\), labels \(3,\)"):
        load_file(path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(FileFormatError, match=r"no \.npz file, or a damaged one"):
        load_file(path)
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(FileFormatError, match="a single array"):
        load_file(path)
    np.savez(path, x=np.zeros((4, 2)), y=np.array([0, 1, 0]))
    with pytest.raises(ShapeError, match="different numbers of rows"):
        load_file(path)
    np.savez(path, x=np.array([[np.nan], [1.0]]), y=np.array([0.5, 1.5]))
    with pytest.raises(DataError, match="not finite"):
        load_file(path)
    with pytest.raises(DataError, match="no such file"):
        load_file(tmp_path / "none.npz")


# What is to be predicted.


@pytest.mark.parametrize(
    "values, task, names",
    [
        (["b", "a", "b"], "classification", ("a", "b")),
        ([True, False, True], "classification", ("False", "True")),
        ([0, 1, 0, 1], "classification", ("0", "1")),
        ([3.0, 7.0, 3.0, 7.0], "classification", ("3", "7")),
        ([[1, 0], [0, 1], [0, 1]], "classification", ("0", "1")),
        (np.arange(21).repeat(9), "regression", ()),
        ([1, 2, 3], "regression", ()),
        ([0.5, 1.5, 0.5, 1.5], "regression", ()),
        ([[0.5, 1.0], [1.0, 2.0]], "regression", ()),
    ],
)
def test_the_rule_of_tasks(values: object, task: str, names: tuple[str, ...]) -> None:
    found = target_of(values)
    assert (found.task, found.class_names) == (task, names)
    assert found.y.dtype == (np.int32 if task == "classification" else np.float32)
    if task == "classification" and np.ndim(values) == 1:
        assert [names[code] for code in found.y] == [f"{v:g}" if isinstance(v, float) else str(v) for v in values]  # type: ignore[attr-defined]


def test_a_task_may_be_named() -> None:
    assert target_of([0, 1, 0, 1], "regression").task == "regression"
    assert target_of(np.arange(100), "classification").class_names[99] == "99"
    with pytest.raises(DataError, match="fractions, which are no classes"):
        target_of([0.5, 1.5], "classification")
    with pytest.raises(DataError, match="cannot be regressed on"):
        target_of(["a", "b"], "regression")
    with pytest.raises(ArgumentError, match="unknown task 'cluster'"):
        target_of([0, 1], "cluster")


@pytest.mark.parametrize(
    "values, said",
    [
        ([1, 1, 1], "the same in every row"),
        ([1.0, np.nan, 2.0], "missing in 1 of 3 rows"),
        (["a", None, "b"], "missing in 1 of 3 rows"),
        ([f"name {i}" for i in range(50)], "50 different texts in 50 rows"),
        (np.zeros((2, 2, 2)), "wrong shape"),
    ],
)
def test_targets_that_cannot_be_learned(values: object, said: str) -> None:
    with pytest.raises(DataError, match=said):
        target_of(values)


def test_kinds_of_data_sets() -> None:
    lists = np.empty(2, object)
    lists[:] = [[1], [2, 3]]
    y = np.array([0, 1])
    assert Dataset("a", lists, y, lists, y, "classification").kind == "sequences"
    assert Dataset("a", lists, y, lists, y, "classification").input_shape == (None,)
    assert Dataset("a", np.zeros((2, 5, 3)), y, np.zeros((2, 5, 3)), y, "classification").kind == "series"
    assert Dataset("a", np.zeros((2, 5)), y, np.zeros((2, 5)), y, "classification").classes == 2
