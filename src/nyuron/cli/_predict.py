"""Predictions of a finished run for the rows of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nyuron.cli._console import console, number, share
from nyuron.cli._errors import plain_warnings
from nyuron.cli._lines import write_lines
from nyuron.cli._options import TrainOptions
from nyuron.cli._predict_series import windows_from
from nyuron.cli._predict_texts import objects, texts_from
from nyuron.cli._predict_translation import translated
from nyuron.cli._source import find_data, is_file_name
from nyuron.core import ArgumentError, DataError
from nyuron.data import read
from nyuron.models import load_model
from nyuron.saving import find_run


def run_prediction(run: str, source: str | None, texts: tuple[str, ...], out: Path | None, base: Path) -> int:
    """Write one line per row: the class with its probability, or the quantity."""
    if out is not None and out.suffix.lower() not in (".csv", ".npz"):
        raise ArgumentError(
            "predictions are written as .csv or .npz", who="--out", got=repr(str(out)), fix=f"{out.with_suffix('.csv')}"
        )
    with plain_warnings():
        folder = find_run(run, base)
        about = folder.read("preprocessing")
        if not about:
            raise DataError(
                "the run does not say how its data were prepared", who=str(folder.path), fix="nyuron train again"
            )
        if about.get("kind") == "translation":
            return translated(folder, about, source, texts, out)
        x, truth, beside = _asked(source, texts, about)
        said = np.asarray(load_model(folder.path / "model.nyuron").predict(x, verbose=0))
    if about["task"] == "classification" and said.shape[1] == 1:
        said = np.concatenate([1 - said, said], axis=1)
    _write(out, said, about, beside)
    if truth is not None:
        console(stderr=True).print(_verdict(said, truth, about))
    return 0


class Asked(NamedTuple):
    """What is to be predicted, the truth where the source has it, and what stands before each answer."""

    x: np.ndarray
    truth: Any = None
    beside: tuple[str, Any] | None = None


def _asked(source: str | None, texts: tuple[str, ...], about: dict[str, Any]) -> Asked:
    is_texts = about.get("kind") == "texts"
    if bool(source) == bool(texts):
        raise ArgumentError(
            "a source or texts, not both" if texts else "there is nothing to predict",
            who="nyuron predict",
            expected="SOURCE, or --text" if is_texts else "SOURCE",
            got="both" if texts else "neither",
            fix="nyuron predict RUN FILE",
        )
    if texts and not is_texts:
        raise ArgumentError(
            "this run did not learn from texts", who="--text", got=about["input_shape"], fix="nyuron predict RUN FILE"
        )
    source = str(source)
    if is_texts:
        x, truth = (
            (objects(texts), None)
            if texts
            else texts_from(source, about)
            if is_file_name(source)
            else _inputs(source, about)
        )
        return Asked(x, truth, (about["columns"][0], x))
    if about.get("series") and is_file_name(source) and Path(source).suffix.lower() != ".npz":
        found = windows_from(source, about)
        return Asked(found.x, found.truth, (about["series"]["time"] or "step", found.times))
    return Asked(*_inputs(source, about))


def _inputs(source: str, about: dict[str, Any]) -> tuple[np.ndarray, Any]:
    """The rows, and their targets where the source has them."""
    if not is_file_name(source):
        series = about.get("series") or {}
        data = find_data(source, TrainOptions(window=series.get("window"), horizon=series.get("horizon")))
        console(stderr=True).print(f"predicting the test part of {data.name}: {len(data.y_test):,} rows")
        return data.x_test, [
            str((data.class_names or range(data.classes))[y]) if data.classes else y for y in data.y_test
        ]
    if Path(source).suffix.lower() == ".npz":
        return _from_npz(source)
    table = read(source)
    names = about["columns"] or [name for name in table.names if name != about["target"]]
    x = table.numbers(names).reshape(-1, *_shape(about, len(names), source))
    truth = table[about["target"]] if about["target"] in table.names else None
    return x, None if truth is None else truth.tolist()


def _shape(about: dict[str, Any], columns: int, source: str) -> list[int]:
    if np.prod(about["input_shape"]) != columns:
        raise DataError(
            "the file has the wrong number of columns",
            who=source,
            expected=f"{np.prod(about['input_shape'])} columns of numbers",
            got=columns,
            fix="give the columns that the run learned from",
        )
    return about["input_shape"]


def _from_npz(source: str) -> tuple[np.ndarray, Any]:
    if not Path(source).is_file():
        raise DataError("there is no such file", who=source, fix="check the path")
    with np.load(source, allow_pickle=False) as arrays:
        name = next((n for n in ("x", "X", "x_test") if n in arrays.files), None)
        if name is None:
            raise DataError(
                "the file has no array x",
                who=source,
                expected="x, or x_test",
                got=", ".join(arrays.files),
                fix=f"np.savez({source!r}, x=rows), with the rows that are to be predicted",
            )
        truth = name.replace("x", "y").replace("X", "y")
        return arrays[name], arrays[truth].tolist() if truth in arrays.files else None


def _write(out: Path | None, said: np.ndarray, about: dict[str, Any], beside: tuple[str, Any] | None) -> None:
    if out is not None and out.suffix.lower() == ".npz":
        np.savez_compressed(out, said=said, classes=np.asarray(about["classes"]))
    else:
        header, rows = _lines(said, about)
        if beside is not None:
            header, rows = [beside[0], *header], [[b, *row] for b, row in zip(beside[1], rows, strict=True)]
        write_lines(out, header, rows)
    if out is not None:
        console(stderr=True).print(f"{len(said):,} predictions in {out}")


def _lines(said: np.ndarray, about: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    if about["task"] == "classification":
        best = said.argmax(axis=1)
        return [about["target"], "probability"], [
            [about["classes"][k], f"{said[i, k]:.4f}"] for i, k in enumerate(best)
        ]
    names = [about["target"]] if said.shape[1] == 1 else [f"{about['target']}_{k + 1}" for k in range(said.shape[1])]
    return names, [[f"{v:.6g}" for v in row] for row in said]


def _verdict(said: np.ndarray, truth: list[Any], about: dict[str, Any]) -> str:
    """How well the predictions fit the targets that the source itself holds."""
    if about["task"] != "classification":
        errors = said - np.asarray(truth, np.float64).reshape(len(said), -1)
        errors = errors[np.isfinite(errors).all(axis=1)]
        if not len(errors):
            return "none of this is known yet"
        return f"{about['target']} is among the columns: wrong by {number(float(np.abs(errors).mean()))} on average"
    names = about["classes"]
    right = sum(_is_same(names[k], true) for k, true in zip(said.argmax(axis=1), truth, strict=True))
    return f"{about['target']} is among the columns: {share(right / len(truth))} right ({right:,} of {len(truth):,})"


def _is_same(name: str, true: Any) -> bool:
    try:
        return name == str(true) or float(name) == float(true)
    except (TypeError, ValueError):
        return False
