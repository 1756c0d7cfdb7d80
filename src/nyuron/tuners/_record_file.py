"""What a study keeps of a trial besides its value: a small record, and the curves in a file of their own."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nyuron.saving import atomic
from nyuron.tuners._hyperparameter import as_json, plain
from nyuron.tuners._trial import TrialRecord

_ODD = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class RecordFiles:
    """Puts records into a study's attributes; their curves go to `curves/` in the search's folder when it has one."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = None if folder is None else folder / "curves"

    def pack(self, record: TrialRecord) -> dict[str, Any]:
        """The attribute. The curves are safely on disk when this returns."""
        if self.folder is not None and record.curves:
            with atomic(self._path(record.number)) as file:
                file.write_text(json.dumps(_written(record.curves)), encoding="utf-8")
            record = replace(record, curves=())
        return _written(record.to_dict())

    def unpack(self, packed: Mapping[str, Any]) -> TrialRecord:
        """The record of an attribute. Where its curves are lost, it has none, and a warning says so."""
        texts = ("hyperparameters", "state", "error")
        record = TrialRecord.from_dict(
            {name: value if name in texts else _read(value) for name, value in packed.items()}
        )
        values = {name: plain(value) for name, value in record.hyperparameters.items()}
        record = replace(record, hyperparameters=values)
        if self.folder is None or record.curves or not record.epochs:
            return record
        path = self._path(record.number)
        if not path.exists():
            return record
        try:
            return replace(record, curves=tuple(_read(json.loads(path.read_text(encoding="utf-8")))))
        except (OSError, ValueError, TypeError) as error:
            warnings.warn(f"{path}: trial {record.number} lost its curves ({error})", stacklevel=2)
            return record

    def _path(self, number: int) -> Path:
        return (self.folder or Path()) / f"{number}.json"


def _written(value: Any) -> Any:
    """As JSON proper: it has no word for what is not finite."""
    if isinstance(value, Mapping):
        return {str(name): _written(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_written(item) for item in value]
    if hasattr(value, "tolist"):
        return _written(value.tolist())
    return str(value) if isinstance(value, float) and not math.isfinite(value) else as_json(value)


def _read(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _read(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_read(item) for item in value]
    return _ODD.get(value, value) if isinstance(value, str) else value
