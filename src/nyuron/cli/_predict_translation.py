"""What a run that learned to translate makes of other texts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from nyuron.cli._console import console, share
from nyuron.cli._lines import write_lines
from nyuron.cli._predict_texts import objects, texts_from
from nyuron.cli._source import is_file_name
from nyuron.cli._translation import Signs, translate
from nyuron.core import ArgumentError
from nyuron.models import load_model
from nyuron.saving import RunFolder


def translated(
    run: RunFolder, about: dict[str, Any], source: str | None, texts: tuple[str, ...], out: Path | None
) -> int:
    """Write each text with its translation, and how likely the network holds it."""
    if bool(source) == bool(texts) or (source and not is_file_name(source)):
        raise ArgumentError(
            "it is not said what to translate",
            who="nyuron predict",
            expected="a file with a text a line, a table, or --text",
            got=source or "nothing",
            fix="nyuron predict RUN --text 삼백이십일",
        )
    words, truth = texts_from(source, about) if source else (objects(texts), None)
    read, written = Signs(**about["read"]), Signs(**about["written"])
    made, sure = translate(load_model(run.path / "model.nyuron"), read.numbered(words), written)
    said = [written.text(row) for row in made]
    if out is not None and out.suffix.lower() == ".npz":
        np.savez_compressed(out, said=np.array(said, np.str_), probability=sure)
    else:
        header = [about["columns"][0], about["target"], "probability"]
        write_lines(out, header, [[text, a, f"{p:.4f}"] for text, a, p in zip(words, said, sure, strict=True)])
    if out is not None:
        console(stderr=True).print(f"{len(said):,} translations in {out}")
    if truth is not None:
        right = np.mean([a == _plain(b) for a, b in zip(said, truth, strict=True)])
        console(stderr=True).print(f"{about['target']} is among the columns: {share(float(right))} exactly right")
    return 0


def _plain(value: Any) -> str:
    """A cell as text: a table's whole numbers come as 321.0."""
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
