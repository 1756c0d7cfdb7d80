"""Figures as a table in a file."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

from nyuron.callbacks._callback import Callback


class CSVLogger(Callback):
    """Write each epoch's figures as a line of a CSV file: 'epoch', then the figures by name; 'NA' for what is missing.

    `append` goes on with the file if there is one. Columns for the validation's figures are there from the first line,
    also if it comes later or never.

    Source: keras.callbacks.CSVLogger.
    Example:
        >>> CSVLogger("log.csv", separator=";").separator
        ';'
    """

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False) -> None:
        super().__init__()
        self.filename, self.separator, self.append = Path(filename), separator, append
        self.keys: list[str] | None = None

    def on_train_begin(self, logs: Any = None) -> None:
        self.keys = None
        self.filename.parent.mkdir(parents=True, exist_ok=True)
        if not self.append:
            self.filename.write_text("", encoding="utf-8")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        logs = logs or {}
        if self.keys is None:
            self.keys = sorted(logs)
            if not any(name.startswith("val_") for name in self.keys):
                self.keys += [f"val_{name}" for name in self.keys]
        is_new = not self.filename.exists() or self.filename.stat().st_size == 0
        with self.filename.open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=self.separator)
            if is_new:
                writer.writerow(["epoch", *self.keys])
            writer.writerow([epoch, *(_cell(logs.get(name, "NA")) for name in self.keys)])


def _cell(value: Any) -> Any:
    return f'"[{", ".join(map(str, value))}]"' if isinstance(value, list | tuple) else value
