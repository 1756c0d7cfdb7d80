"""Which files there are, which class each is of, and which part of them is asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

import numpy as np

from nyuron.core import ArgumentError, DataError, nearest, next_seed
from nyuron.core._errors import suggestion
from nyuron.data._files import Files, with_endings

LABEL_MODES = ("int", "categorical", "binary", None)


@dataclass(frozen=True)
class Labelled:
    """Files with their classes, in the order in which they are read."""

    files: Files
    names: list[str]
    labels: np.ndarray | None
    class_names: list[str] | None
    seed: int | None
    """What the order was drawn from; None for files in alphabetical order."""

    def part(self, validation_split: float | None, subset: str) -> Labelled:
        """The first files for training, or the last ones for validation."""
        count = int((validation_split or 0) * len(self.names))
        if count in (0, len(self.names)):
            raise ArgumentError(
                "validation_split leaves one part empty",
                who=str(self.files.path),
                expected="a share that leaves files in both parts",
                got=f"{validation_split} of {len(self.names)} files",
                fix="validation_split=0.2, or more files",
            )
        kept = slice(None, -count) if subset == "training" else slice(-count, None)
        labels = None if self.labels is None else self.labels[kept]
        seed = self.seed if subset == "training" else None
        return Labelled(self.files, self.names[kept], labels, self.class_names, seed)


def check_split(who: str, validation_split: float | None, subset: str | None, shuffle: bool, seed: int | None) -> None:
    """Raise ArgumentError for a split that is not fully said, or whose parts would overlap."""
    problem = None
    if subset not in ("training", "validation", "both", None):
        problem = (f"unknown subset {subset!r}", "'training', 'validation' or 'both'", "subset='both'")
    elif bool(validation_split) != bool(subset):
        problem = ("validation_split and subset go together", "both, or neither", "subset='both'")
    elif validation_split and not 0 < validation_split < 1:
        problem = ("validation_split is no share", "a number between 0 and 1", "validation_split=0.2")
    elif validation_split and shuffle and seed is None and subset != "both":
        problem = (
            "two calls without a seed would draw parts that overlap",
            "the same seed= in both calls",
            "seed=0, or subset='both' in one call",
        )
    if problem is not None:
        what, expected, fix = problem
        got = f"validation_split={validation_split}, subset={subset!r}, seed={seed}"
        raise ArgumentError(what, who=who, expected=expected, got=got, fix=fix)


def labelled_files(
    who: str,
    directory: str | os.PathLike[str],
    labels: Any,
    label_mode: str | None,
    class_names: Sequence[str] | None,
    endings: tuple[str, ...],
    shuffle: bool,
    seed: int | None,
    follow_links: bool,
) -> Labelled:
    """The files below a folder or in an archive, with classes that are their folders' names, or given.

    Raises: ArgumentError for labels and modes that do not fit; DataError if there are no files of these endings.
    """
    if label_mode not in LABEL_MODES:
        raise ArgumentError(
            f"unknown label_mode {label_mode!r}",
            who=who,
            expected="'int', 'categorical', 'binary' or None",
            got=repr(label_mode),
            fix=suggestion("label_mode", label_mode, LABEL_MODES),
        )
    files = Files(directory, follow_links)
    fitting = with_endings(files.names, endings)
    if isinstance(labels, str) and labels != "inferred":
        raise ArgumentError(
            f"unknown labels {labels!r}",
            who=who,
            expected="'inferred', None, or a list of integers",
            got=repr(labels),
            fix="labels='inferred' reads the classes from the folders; labels=None leaves them out",
        )
    if isinstance(labels, str):
        names, numbers, classes = _inferred(who, files, fitting, endings, class_names)
    else:
        names, numbers, classes = _given(who, fitting, labels, class_names)
    if not names:
        raise _nothing(who, files, endings)
    if label_mode is None or labels is None:
        numbers = None
    if numbers is not None and label_mode == "binary" and len(classes or ()) != 2:
        raise ArgumentError(
            "label_mode='binary' needs two classes",
            who=who,
            expected="two classes",
            got=f"{len(classes or ())}: {', '.join(classes or ())}"[:100],
            fix="label_mode='int'",
        )
    if not shuffle:
        return Labelled(files, names, numbers, classes, None)
    seed = int(next_seed()) % 2**31 if seed is None else seed
    # The same draws as in Keras, so that a split of the same files is the same split.
    order = np.arange(len(names))
    np.random.RandomState(seed).shuffle(order)
    moved = None if numbers is None else numbers[order]
    return Labelled(files, [names[i] for i in order], moved, classes, seed)


def _inferred(
    who: str, files: Files, fitting: list[str], endings: tuple[str, ...], wanted: Sequence[str] | None
) -> tuple[list[str], Any, list[str]]:
    folders = sorted({name.split("/", 1)[0] for name in files.names if "/" in name})
    shown = [normalize("NFC", folder) for folder in folders]
    if fitting and not folders:
        raise DataError(
            "the classes cannot be read from folders, as there are none",
            who=who,
            expected=f"a folder for each class in {files.path}",
            got=f"{len(fitting)} files side by side, such as {fitting[0]}",
            fix="labels=[…] in the order of the sorted names, or labels=None",
        )
    if wanted is not None:
        missing = [name for name in wanted if normalize("NFC", name) not in shown]
        if missing:
            raise ArgumentError(
                f"there is no folder for the class {missing[0]!r}",
                who=who,
                expected=", ".join(shown),
                got=list(wanted),
                fix=f"did you mean {guess!r}?"
                if (guess := nearest(missing[0], shown))
                else f"class_names={shown}, or make the folder",
            )
        folders = [folders[shown.index(normalize("NFC", name))] for name in wanted]
        shown = [normalize("NFC", name) for name in wanted]
    groups: dict[str, list[str]] = {folder: [] for folder in folders}
    for name in fitting:
        folder = name.split("/", 1)[0]
        if "/" in name and folder in groups:
            groups[folder].append(name)
    if not any(groups.values()):
        raise _nothing(who, files, endings)
    if wanted is None:
        # A folder without a single fitting file, such as one of notes, is no class.
        shown = [label for folder, label in zip(folders, shown, strict=True) if groups[folder]]
        groups = {folder: names for folder, names in groups.items() if names}
    names = [name for group in groups.values() for name in group]
    numbers = np.repeat(np.arange(len(groups), dtype=np.int32), [len(group) for group in groups.values()])
    return names, numbers, shown


def _given(who: str, names: list[str], labels: Any, class_names: Any) -> tuple[list[str], Any, list[str] | None]:
    if class_names is not None:
        raise ArgumentError(
            "class_names is for labels that are read from folders",
            who=who,
            got=class_names,
            fix="leave class_names out",
        )
    if labels is None:
        return names, None, None
    numbers = np.asarray(labels)
    if numbers.dtype.kind not in "iu" or numbers.ndim != 1 or (len(numbers) and numbers.min() < 0):
        raise ArgumentError(
            "labels must be a list of integers",
            who=who,
            expected="integers from 0",
            got=f"{numbers.dtype} {numbers.shape}",
            fix="number the classes from 0: labels=np.unique(names, return_inverse=True)[1].tolist()",
        )
    if len(numbers) != len(names):
        raise ArgumentError(
            "there must be a label for each file",
            who=who,
            expected=f"{len(names)} labels, in the order of the sorted names",
            got=len(numbers),
            fix=f"{abs(len(names) - len(numbers))} labels {'more' if len(numbers) < len(names) else 'fewer'}",
        )
    return names, numbers.astype(np.int32), [str(label) for label in sorted(set(numbers.tolist()))]


def _nothing(who: str, files: Files, endings: tuple[str, ...]) -> DataError:
    found = sorted({"." + name.rsplit(".", 1)[-1].lower() for name in files.names if "." in name})[:8]
    return DataError(
        "there are no files to read",
        who=f"{who}: {files.path}",
        expected=f"files ending in {', '.join(endings)}",
        got=f"{len(files.names)} files" + (f" ending in {', '.join(found)}" if found else ""),
        fix="check the folder, or convert the files",
    )


def encoded(labels: np.ndarray, label_mode: str | None, classes: int) -> np.ndarray:
    """Class numbers as the mode wants them.

    Example:
        >>> encoded(np.array([0, 2]), "categorical", 3).tolist()
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    if label_mode == "binary":
        return labels.astype(np.float32)[:, None]
    if label_mode == "categorical":
        return (labels[:, None] == np.arange(classes)).astype(np.float32)
    return labels.astype(np.int32)
