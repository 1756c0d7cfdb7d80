"""Hashes of texts that are the same on every machine and in every version: FarmHash64, and SipHash with a key.

Source: google/farmhash, namespace farmhashna (Fingerprint64); Aumasson, Bernstein 2012 (SipHash-2-4).
"""

from __future__ import annotations

_MASK = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def fingerprint64(data: bytes) -> int:
    """FarmHash's 64-bit fingerprint, which Keras's and TensorFlow's hashing use.

    Example:
        >>> fingerprint64(b"A") % 3
        1
    """
    size = len(data)
    if size <= 16:
        return _up_to_16(data, size)
    if size <= 32:
        return _up_to_32(data, size)
    return _up_to_64(data, size) if size <= 64 else _long(data, size)


def _at(data: bytes, place: int, size: int = 8) -> int:
    return int.from_bytes(data[place : place + size], "little")


def _turn(value: int, by: int) -> int:
    value &= _MASK
    return ((value >> by) | (value << (64 - by))) & _MASK


def _mix(value: int) -> int:
    value &= _MASK
    return value ^ (value >> 47)


def _two(u: int, v: int, factor: int) -> int:
    u, v = u & _MASK, v & _MASK
    a = _mix((u ^ v) * factor)
    return (_mix((v ^ a) * factor) * factor) & _MASK


def _up_to_16(data: bytes, size: int) -> int:
    factor = _K2 + size * 2
    if size >= 8:
        a, b = _at(data, 0) + _K2, _at(data, size - 8)
        return _two(_turn(b, 37) * factor + a, (_turn(a, 25) + b) * factor, factor)
    if size >= 4:
        return _two(size + (_at(data, 0, 4) << 3), _at(data, size - 4, 4), factor)
    if size:
        y, z = data[0] + (data[size >> 1] << 8), size + (data[-1] << 2)
        return (_mix((y * _K2 & _MASK) ^ (z * _K0 & _MASK)) * _K2) & _MASK
    return _K2


def _up_to_32(data: bytes, size: int) -> int:
    factor = _K2 + size * 2
    a, b = _at(data, 0) * _K1, _at(data, 8)
    c, d = _at(data, size - 8) * factor, _at(data, size - 16) * _K2
    return _two(_turn(a + b, 43) + _turn(c, 30) + d, a + _turn(b + _K2, 18) + c, factor)


def _up_to_64(data: bytes, size: int) -> int:
    factor = _K2 + size * 2
    a, b = _at(data, 0) * _K2, _at(data, 8)
    c, d = _at(data, size - 8) * factor, _at(data, size - 16) * _K2
    y = (_turn(a + b, 43) + _turn(c, 30) + d) & _MASK
    z = _two(y, a + _turn(b + _K2, 18) + c, factor)
    e, f = _at(data, 16) * factor, _at(data, 24)
    g, h = (y + _at(data, size - 32)) * factor, (z + _at(data, size - 24)) * factor
    return _two(_turn(e + f, 43) + _turn(g, 30) + h, e + _turn(f + a, 18) + g, factor)


def _weak(data: bytes, place: int, a: int, b: int) -> tuple[int, int]:
    w, x, y, z = (_at(data, place + 8 * i) for i in range(4))
    a += w
    b = _turn(b + a + z, 21)
    total = a + x + y
    return (total + z) & _MASK, (b + _turn(total, 44) + a) & _MASK


def _long(data: bytes, size: int) -> int:
    y = (81 * _K1 + 113) & _MASK
    z = (_mix(y * _K2 + 113) * _K2) & _MASK
    x = (81 * _K2 + _at(data, 0)) & _MASK
    v, w, place = (0, 0), (0, 0), 0
    end = (size - 1) // 64 * 64
    while place != end:
        x, y, z, v, w = _round(data, place, (x, y, z), v, w, (_K1, 1, 1))
        place += 64
    factor = _K1 + ((z & 0xFF) << 1)
    w = (w[0] + ((size - 1) & 63), w[1])
    v = (v[0] + w[0], v[1])
    w = (w[0] + v[0], w[1])
    x, y, z, v, w = _round(data, end + ((size - 1) & 63) - 63, (x, y, z), v, w, (factor, 9, 9))
    return _two(_two(v[0], w[0], factor) + _mix(y) * _K0 + z, _two(v[1], w[1], factor) + x, factor)


def _round(
    data: bytes,
    place: int,
    xyz: tuple[int, int, int],
    v: tuple[int, int],
    w: tuple[int, int],
    factors: tuple[int, int, int],
) -> tuple[int, int, int, tuple[int, int], tuple[int, int]]:
    x, y, z = xyz
    factor, of_w, of_v = factors
    x = _turn(x + y + v[0] + _at(data, place + 8), 37) * factor
    y = _turn(y + v[1] + _at(data, place + 48), 42) * factor
    x = (x & _MASK) ^ (w[1] * of_w & _MASK)
    y = (y + v[0] * of_v + _at(data, place + 40)) & _MASK
    z = (_turn(z + w[0], 33) * factor) & _MASK
    v = _weak(data, place, v[1] * factor, x + w[0])
    w = _weak(data, place + 32, z + w[1], y + _at(data, place + 16))
    return z, y, x, v, w


def siphash(data: bytes, key: tuple[int, int]) -> int:
    """SipHash-2-4 under a key of two 64-bit words."""
    k0, k1 = key[0] & _MASK, key[1] & _MASK
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    whole = len(data) // 8 * 8
    last = _at(data, whole, 8) | (len(data) & 0xFF) << 56
    for word in (*(_at(data, i) for i in range(0, whole, 8)), last):
        v[3] ^= word
        _sip_rounds(v, 2)
        v[0] ^= word
    v[2] ^= 0xFF
    _sip_rounds(v, 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _sip_rounds(v: list[int], count: int) -> None:
    for _ in range(count):
        for a, b, first in ((0, 1, 13), (2, 3, 16), (0, 3, 21), (2, 1, 17)):
            v[a] = (v[a] + v[b]) & _MASK
            v[b] = _turn(v[b], 64 - first) ^ v[a]
            if first in (13, 17):
                v[a] = _turn(v[a], 32)
