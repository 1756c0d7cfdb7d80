"""What the report knows of a run: the documents and arrays of its folder, nothing else."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from nyuron.core import DataError
from nyuron.report._figures import is_ink
from nyuron.saving import RunFolder


class Record:
    """A finished run's folder, read once."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.config, self.metrics = folder.read("config"), folder.read("metrics")
        self.history, self.environment = folder.read("history"), folder.read("environment")
        self.preprocessing, self.arrays = folder.read("preprocessing"), folder.read_arrays("predictions")
        if not self.config or not self.metrics:
            raise DataError(
                "the folder holds no finished run",
                who=str(folder.path),
                expected="config.json and metrics.json",
                got=", ".join(sorted(p.name for p in folder.path.glob("*"))) or "nothing",
                fix="name a folder that `nyuron runs` lists",
            )
        self.data: dict[str, Any] = self.config["data"]

    @property
    def is_classes(self) -> bool:
        return self.data["task"] == "classification"

    @property
    def classes(self) -> list[str]:
        return self.data["classes"]

    @property
    def columns(self) -> list[dict[str, Any]]:
        return self.data["columns"]

    @property
    def has_pictures(self) -> bool:
        return self.data["kind"] in ("image", "sound")

    @property
    def has_texts(self) -> bool:
        return self.data["kind"] == "texts"

    @property
    def is_translation(self) -> bool:
        """Whether texts were to become other texts."""
        return self.data["task"] == "translation"

    @property
    def is_forecast(self) -> bool:
        """Whether a series was to be continued."""
        return self.data.get("series") is not None

    @cached_property
    def times(self) -> list[str]:
        """Of a forecast, the time of each test row."""
        times = self.arrays["test_time"]
        if times.dtype.kind != "M":
            return [f"{time:g}" for time in times]
        is_days = bool(np.all(times == times.astype("datetime64[D]")))
        return [str(t).replace("T", " ") for t in (times.astype("datetime64[D]") if is_days else times)]

    @cached_property
    def is_ink(self) -> bool:
        """Whether the pictures are ink on an empty ground."""
        return is_ink(self.arrays["sample_x"], self.data["value_range"])

    @cached_property
    def truth(self) -> np.ndarray:
        return self.arrays["true"]

    @cached_property
    def said(self) -> np.ndarray:
        """Of each test row the share of each class, or the quantities."""
        return self.arrays["said"]

    @cached_property
    def guesses(self) -> np.ndarray:
        """Of each test row the class that was said."""
        return self.said.argmax(axis=1)

    @cached_property
    def confusion(self) -> np.ndarray:
        """How many test rows of each class (first axis) were taken for each (second)."""
        n = len(self.classes)
        return np.bincount(self.truth * n + self.guesses, minlength=n * n).reshape(n, n)

    def was_normal(self) -> bool:
        """Whether the training ended by itself."""
        return self.metrics.get("stopped") in (None, "early stopping", "converged")
