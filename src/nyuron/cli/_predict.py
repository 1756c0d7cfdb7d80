"""Predictions of a finished run for the rows of a file."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np

from nyuron.core import DataError
from nyuron.data import Standardizer, read
from nyuron.models import load_model
from nyuron.saving import find_run


def run_prediction(run: str, source: str, out: Path | None, base: Path) -> int:
    """Write one line per row: the class with its probability, or the number."""
    folder = find_run(run, base)
    about = folder.read("config")
    data = about["data"]
    x = _inputs(source, data)
    model = load_model(folder.path / "model.nyuron")
    said = model.predict(x, verbose=0)
    header, rows = _lines(said, data, about["target_scaling"])
    file = sys.stdout if out is None else out.open("w", newline="", encoding="utf-8")
    try:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    finally:
        if out is not None:
            file.close()
            print(f"{len(rows):,} predictions in {out}")
    return 0


def _inputs(source: str, data: dict[str, Any]) -> np.ndarray:
    if Path(source).suffix.lower() == ".npz":
        with np.load(source, allow_pickle=False) as arrays:
            name = next((n for n in ("x", "x_test", "X") if n in arrays.files), None)
            if name is None:
                raise DataError("the file has no array x", who=source, expected="x", got=arrays.files)
            return arrays[name]
    table = read(source)
    names = data["features"] or list(table.names)
    table.check_numeric(names)
    table.check_complete(names)
    return table.numbers(names).reshape(-1, *data["input_shape"])


def _lines(said: np.ndarray, data: dict[str, Any], scaling: Any) -> tuple[list[str], list[list[Any]]]:
    if data["task"] == "classification":
        best = said.argmax(axis=1)
        rows = [[data["classes"][k], f"{said[i, k]:.4f}"] for i, k in enumerate(best)]
        return [data["target"], "probability"], rows
    values = Standardizer.from_config(scaling).inverse(said)[:, 0]
    return [data["target"]], [[f"{v:.6g}"] for v in values]
