"""WAV files: chunks of PCM or floating-point samples."""

from __future__ import annotations

import struct

import numpy as np

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_OPEN_END = 0x7FFFFFF0


def decode_wav(data: bytes) -> tuple[int, np.ndarray]:
    """A WAV file's sampling rate in hertz, and its samples as float32 in −1 … 1: ``x / 2^(bits − 1)``.

    PCM of 8, 16, 24 and 32 bits, and floating point of 32 and 64 bits (which is not scaled).

    Shapes: () -> (samples, channels).
    Raises: ValueError if it is no WAV file, another kind, or cut off.
    Source: Microsoft, IBM: Multimedia Programming Interface and Data Specifications 1.0; tf.audio.decode_wav.
    """
    if len(data) < 12 or data[:4] not in (b"RIFF", b"RF64") or data[8:12] != b"WAVE":
        raise ValueError("no WAV file")
    form: tuple[int, int, int, int] | None = None
    place = 12
    while place + 8 <= len(data):
        name, size = data[place : place + 4], int.from_bytes(data[place + 4 : place + 8], "little")
        start = place + 8
        if name == b"fmt ":
            form = _form(data[start : start + size])
        elif name == b"data":
            if form is None:
                raise ValueError("samples before their format")
            # Programs that write to a pipe cannot know the length, and say 0 or the largest number.
            is_open = size == 0 or size >= _OPEN_END
            if not is_open and start + size > len(data):
                raise ValueError(f"cut off: {len(data) - start} of {size} bytes of sound")
            return form[1], _samples(data[start : len(data) if is_open else start + size], form)
        place = start + size + size % 2
    raise ValueError("no samples")


def _form(chunk: bytes) -> tuple[int, int, int, int]:
    """(kind, rate, channels, bits)."""
    if len(chunk) < 16:
        raise ValueError("a damaged format chunk")
    kind, channels, rate, _, block, bits = struct.unpack("<HHIIHH", chunk[:16])
    if kind == _EXTENSIBLE and len(chunk) >= 26:
        kind = int.from_bytes(chunk[24:26], "little")
    is_known = (kind == _PCM and bits in (8, 16, 24, 32)) or (kind == _FLOAT and bits in (32, 64))
    if not is_known:
        raise ValueError(f"samples of kind {kind} with {bits} bits: PCM and floating point are read")
    if channels < 1 or rate < 1 or block != channels * bits // 8:
        raise ValueError(f"{channels} channels at {rate} Hz in blocks of {block} bytes")
    return kind, rate, channels, bits


def _samples(raw: bytes, form: tuple[int, int, int, int]) -> np.ndarray:
    kind, _, channels, bits = form
    width = bits // 8
    raw = raw[: len(raw) // (width * channels) * (width * channels)]
    if not raw:
        raise ValueError("no samples")
    if kind == _FLOAT:
        x = np.frombuffer(raw, f"<f{width}").astype(np.float32)
    elif bits == 8:  # the only width without a sign
        x = (np.frombuffer(raw, np.uint8).astype(np.float32) - 128) / 128
    elif bits == 24:
        wide = np.zeros((len(raw) // 3, 4), np.uint8)
        wide[:, 1:] = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        x = (wide.view("<i4")[:, 0] / 2.0**31).astype(np.float32)
    else:
        x = (np.frombuffer(raw, f"<i{width}") / 2.0 ** (bits - 1)).astype(np.float32)
    return x.reshape(-1, channels)
