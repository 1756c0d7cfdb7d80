"""WAV files as SciPy reads them."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from scipy.io import wavfile

from nyuron.data import decode_wav

X = np.random.default_rng(0).uniform(-1, 1, (50, 2))


def written(x: np.ndarray, rate: int = 8000) -> bytes:
    file = BytesIO()
    wavfile.write(file, rate, x)
    return file.getvalue()


def built(kind: int, bits: int, raw: bytes, channels: int = 1, size: int | None = None, extra: bytes = b"") -> bytes:
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", kind, channels, 8000, 8000 * block, block, bits) + extra
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"LIST\x03\x00\x00\x00abc\x00"
    chunks += b"data" + struct.pack("<I", len(raw) if size is None else size) + raw
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(
    ("dtype", "zero", "scale"),
    [(np.uint8, 128, 128), (np.int16, 0, 2**15), (np.int32, 0, 2**31), (np.float32, 0, 1), (np.float64, 0, 1)],
)
def test_samples_are_scipys(dtype: Any, zero: float, scale: float, channels: int) -> None:
    x = (X[:, :channels] * (scale - 1) + zero).astype(dtype)
    data = written(x if channels == 2 else x[:, 0])
    rate, found = decode_wav(data)
    wanted = wavfile.read(BytesIO(data))[1].reshape(-1, channels)
    assert rate == 8000 and found.shape == (50, channels) and found.dtype == np.float32
    np.testing.assert_allclose(found, (wanted.astype(np.float64) - zero) / scale, rtol=1e-6, atol=1e-7)


def test_24_bits_are_scipys() -> None:
    numbers = np.array([0, 1, -1, 2**23 - 1, -(2**23), 123456], np.int64)
    raw = b"".join(int(n).to_bytes(3, "little", signed=True) for n in numbers)
    data = built(1, 24, raw)
    np.testing.assert_allclose(decode_wav(data)[1][:, 0], numbers / 2**23, rtol=1e-6)
    np.testing.assert_allclose(wavfile.read(BytesIO(data))[1] / 2**31, numbers / 2**23)


def test_extensible_and_unknown_lengths() -> None:
    raw = np.array([1, 2, 3], "<i2").tobytes()
    extra = struct.pack("<HHI", 22, 16, 0) + struct.pack("<H", 1) + b"\x00" * 14
    assert decode_wav(built(0xFFFE, 16, raw, extra=extra))[1].ravel().tolist() == [1 / 32768, 2 / 32768, 3 / 32768]
    for size in (0, 0xFFFFFFFF):
        assert len(decode_wav(built(1, 16, raw, size=size))[1]) == 3


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no WAV file"),
        (b"RIFF\x00\x00\x00\x00AVI ", "no WAV file"),
        (b"RIFF\x00\x00\x00\x00WAVE", "no samples"),
        (built(1, 16, b"\x00" * 10)[:-3], "cut off"),
        (built(7, 8, b"\x00" * 10), "kind 7 with 8 bits"),
        (built(1, 12, b"\x00" * 10), "kind 1 with 12 bits"),
        (built(1, 16, b""), "no samples"),
        (built(1, 16, b"\x00" * 4, channels=0), "0 channels"),
        (b"RIFF\x00\x00\x00\x00WAVEdata\x02\x00\x00\x00ab", "samples before their format"),
    ],
)
def test_broken_files_are_refused(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        decode_wav(data)


def test_any_bytes_give_samples_or_a_value_error() -> None:
    rng = np.random.default_rng(0)
    whole = bytearray(built(1, 16, bytes(range(40))))
    for _ in range(500):
        data = bytearray(whole)
        for place in rng.integers(0, len(data), 3):
            data[place] = rng.integers(0, 256)
        try:
            rate, x = decode_wav(bytes(data))
        except ValueError:
            continue
        assert rate > 0 and x.ndim == 2
