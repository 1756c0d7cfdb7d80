"""Folders of sounds."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from nyuron.core import ArgumentError, DataError
from nyuron.data._file_batches import file_batches
from nyuron.data._labelled import check_split, labelled_files
from nyuron.data._loaded import in_parts
from nyuron.data._wav import decode_wav

_WHO = "audio_dataset_from_directory()"


def audio_dataset_from_directory(
    directory: str | os.PathLike[str],
    labels: Any = "inferred",
    label_mode: str | None = "int",
    class_names: Sequence[str] | None = None,
    batch_size: int = 32,
    sampling_rate: int | None = None,
    output_sequence_length: int | None = None,
    ragged: bool = False,
    shuffle: bool = True,
    seed: int | None = None,
    validation_split: float | None = None,
    subset: str | None = None,
    follow_links: bool = False,
    verbose: bool = True,
) -> Any:
    """WAV files in folders by class, or in a zip archive of such folders, as batches (x, y) for `fit`.

    Sounds are cut, or filled up with silence, to `output_sequence_length` samples. Without it each batch is as long as
    its longest sound, and as every new length compiles a program, training is slow; `ragged` gives object arrays of
    sounds as they are. `sampling_rate` resamples files of other rates; without it all must have the same. All else is
    as in image_dataset_from_directory.

    Differs from Keras: also reads zip archives, and WAV of 8, 24 and 32 bits and floating point; files of different
    rates or numbers of channels are an error; gives an object of ours.

    Shapes: x (batch, samples, channels) float32 −1 … 1.
    Units: sampling_rate in hertz, output_sequence_length in samples.
    Raises: ArgumentError for arguments that cannot be used; DataError if there are no sounds, none can be read, or
        their rates or channels differ.
    Source: keras.utils.audio_dataset_from_directory.
    Example:
        >>> import pathlib, tempfile
        >>> from scipy.io import wavfile
        >>> root = pathlib.Path(tempfile.mkdtemp())
        >>> for name in ("no", "yes"):
        ...     (root / name).mkdir()
        ...     wavfile.write(root / name / "0.wav", 8000, np.zeros(50, np.int16))
        >>> data = audio_dataset_from_directory(root, output_sequence_length=64, verbose=False)
        >>> [x.shape for x, y in data], data.class_names
        ([(2, 64, 1)], ['no', 'yes'])
    """
    for name, value in (("sampling_rate", sampling_rate), ("output_sequence_length", output_sequence_length)):
        if value is not None and (not isinstance(value, int) or value < 1):
            raise ArgumentError(
                f"{name} cannot be used",
                who=_WHO,
                expected="None, or 1 or more",
                got=repr(value),
                fix=f"{name}=None keeps the files' own, {name}=16000 is a number that speech often has",
            )
    if ragged and output_sequence_length is not None:
        raise ArgumentError(
            "sounds of one length are not ragged",
            who=_WHO,
            expected="ragged or output_sequence_length",
            got="both",
            fix="leave out ragged=True, or output_sequence_length",
        )
    check_split(_WHO, validation_split, subset, shuffle, seed)
    found = labelled_files(_WHO, directory, labels, label_mode, class_names, (".wav",), shuffle, seed, follow_links)
    known: dict[str, tuple[str, int]] = {}

    def load(data: bytes, name: str) -> np.ndarray:
        rate, x = decode_wav(data)
        if sampling_rate is None:
            _same("sampling rate", rate, name, known, "sampling_rate=8000 resamples those of other rates")
        elif rate != sampling_rate:
            x = _resampled(x, rate, sampling_rate)
        _same("number of channels", x.shape[1], name, known, "convert them to the same number of channels")
        if output_sequence_length is None:
            return x
        return np.pad(x[:output_sequence_length], ((0, max(output_sequence_length - len(x), 0)), (0, 0)))

    def make(chosen: Any) -> Any:
        return file_batches(_WHO, chosen, label_mode, batch_size, load, _ragged if ragged else _padded)

    return in_parts(found, validation_split, subset, verbose, make)


def _same(what: str, value: int, name: str, known: dict[str, tuple[str, int]], fix: str) -> None:
    first, wanted = known.setdefault(what, (name, value))
    if value != wanted:
        raise DataError(
            f"the files differ in their {what}",
            who=_WHO,
            expected=f"{wanted}, as in {first}",
            got=f"{value} in {name}",
            fix=fix,
        )


def _resampled(x: np.ndarray, old: int, new: int) -> np.ndarray:
    from scipy.signal import resample_poly

    common = math.gcd(old, new)
    return resample_poly(x, new // common, old // common, axis=0).astype(np.float32)


def _padded(sounds: list[np.ndarray]) -> np.ndarray:
    longest = max(map(len, sounds))
    return np.stack([np.pad(x, ((0, longest - len(x)), (0, 0))) for x in sounds])


def _ragged(sounds: list[np.ndarray]) -> np.ndarray:
    done = np.empty(len(sounds), object)
    done[:] = sounds
    return done
