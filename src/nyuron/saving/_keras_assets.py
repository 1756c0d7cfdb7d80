"""Word lists that Keras keeps beside the weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nyuron.core import FileFormatError, NyuronError
from nyuron.saving._hdf5 import Hdf5Tree
from nyuron.saving._keras_weights import layer_paths
from nyuron.saving._keras_zip import ASSETS

LIST = "vocabulary.txt"


def read_assets(model: Any, assets: Mapping[str, bytes], tree: Hdf5Tree, who: str) -> None:
    """Give lookup layers the vocabularies that a file holds for them.

    Raises: FileFormatError for a list that is no text, or does not fit the layer.
    """
    for path, layer in layer_paths(model):
        start = f"{ASSETS}{path}/"
        found = next((a for name, a in assets.items() if name.startswith(start) and name.endswith(LIST)), None)
        take = getattr(layer, "set_vocabulary", None)
        if found is None or take is None:
            continue
        weights = next((a for n, a in tree.arrays.items() if n.startswith(path) and n.endswith("/idf_weights")), None)
        try:
            lines: list[Any] = found.decode("utf-8").splitlines()
            while lines and not lines[-1]:
                lines.pop()
            if type(layer).__name__ == "IntegerLookup":
                lines = [int(line) for line in lines]
            take(lines, weights)
        except (ValueError, NyuronError) as error:
            raise FileFormatError(
                f"the vocabulary of {layer.name!r} cannot be read",
                who=who,
                expected="one token a line, in UTF-8",
                got=str(error)[:200],
                fix="the file is damaged; save it again",
            ) from error
