"""Free Spoken Digit Dataset: the digits, spoken in English."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from nyuron.core import ArgumentError, FileFormatError
from nyuron.data import Files, decode_wav
from nyuron.datasets._parts import Parts
from nyuron.datasets._store import need_local

CLASS_NAMES = tuple(map(str, range(10)))
SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")
SAMPLING_RATE = 8000
_NAME = re.compile(r"(?:^|/)(\d)_([a-z]+)_(\d+)\.wav$")
_FILES = ("fsdd.zip", "free-spoken-digit-dataset-master.zip", "recordings")
_URL = "https://github.com/Jakobovski/free-spoken-digit-dataset"


def load_data(samples: int = 8000, test_speakers: Sequence[str] = ("theo", "yweweler")) -> Parts:
    """3 000 recordings of the spoken digits by six speakers, 8 000 samples a second.

    The recordings of `test_speakers` are the test part, so what is measured is how a network understands voices that it
    has never heard. Each recording is cut, or filled up with silence, to `samples`; one in 150 is longer than a second.

    Looked for in NYURON_DATA and the cache: fsdd.zip, the archive that GitHub gives, or its folder of recordings.

    Shapes: x (n, samples) float32 −1 … 1, y (n,) int32 0 … 9.
    Raises: ArgumentError for a speaker who is not there; DataError if the files are not there; FileFormatError if they
        are others.
    Source: github Jakobovski/free-spoken-digit-dataset; CC BY-SA 4.0.
    """
    unknown = [name for name in test_speakers if name not in SPEAKERS]
    if unknown or not test_speakers or set(test_speakers) == set(SPEAKERS) or samples < 1:
        raise ArgumentError(
            "these speakers cannot be held out" if samples >= 1 else "samples counts samples",
            who="fsdd.load_data()",
            expected=f"some of {', '.join(SPEAKERS)}" if samples >= 1 else "1 or more",
            got=tuple(test_speakers) if samples >= 1 else samples,
            fix="test_speakers=('theo', 'yweweler')" if samples >= 1 else "samples=8000",
        )
    files = Files(need_local("fsdd", *_FILES, source=_URL))
    found = [(match, name) for name in files.names if (match := _NAME.search(name))]
    parts: dict[bool, list[tuple[np.ndarray, int]]] = {False: [], True: []}
    with files.reader() as read:
        for match, name in found:
            digit, speaker, _ = match.groups()
            parts[speaker in test_speakers].append((_sound(read(name), files.full(name), samples), int(digit)))
    if not parts[False] or not parts[True]:
        raise FileFormatError(
            "the recordings are not there",
            who=str(files.path),
            expected="files such as recordings/7_theo_0.wav",
            got=f"{len(found)} of {len(files.names)} files",
            fix=f"get it anew from {_URL}",
        )
    (x, y), (x_test, y_test) = (_stacked(parts[is_test]) for is_test in (False, True))
    return (x, y), (x_test, y_test)


def _sound(data: bytes, name: str, samples: int) -> np.ndarray:
    try:
        rate, sound = decode_wav(data)
    except ValueError as error:
        raise FileFormatError(
            "a recording is damaged", who=name, got=str(error), fix=f"get it anew from {_URL}"
        ) from error
    if rate != SAMPLING_RATE or sound.shape[1] != 1:
        raise FileFormatError(
            "this is another kind of recording",
            who=name,
            expected="8000 Hz, 1 channel",
            got=f"{rate} Hz, {sound.shape[1]}",
            fix=f"pass the folder 'recordings' of {_URL}, or a recording of the same kind (8000 Hz, mono)",
        )
    cut = sound[:samples, 0]
    return np.pad(cut, (0, samples - len(cut)))


def _stacked(rows: list[tuple[np.ndarray, int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.stack([sound for sound, _ in rows]), np.array([digit for _, digit in rows], np.int32)
