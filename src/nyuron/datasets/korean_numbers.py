"""Korean numbers: numbers in words, and in digits. A task from sequence to sequence."""

from __future__ import annotations

import numpy as np

from nyuron.core import ArgumentError
from nyuron.data import split_rows
from nyuron.datasets._parts import Parts

_DIGITS = "영일이삼사오육칠팔구"
_PLACES = ("", "십", "백", "천")
_MYRIADS = ("", "만", "억", "조")
_MOST = 10**16


def load_data(samples: int = 20_000, highest: int = 999_999, test_split: float = 0.2, seed: int = 0) -> Parts:
    """Numbers from 0 to `highest`, each once: how they are said in Korean, and their digits.

    Numbers of every length are drawn alike, as long as there are any left; so the short ones are all there, though most
    numbers are long. The numbers of the test part are not among those of the training part.

    Shapes: x (n,) and y (n,) object arrays of str, such as '삼백이십일' and '321'.
    Raises: ArgumentError for more samples than numbers, or numbers beyond 10¹⁶.
    Source: generated.
    Example:
        >>> (x, y), (x_test, y_test) = load_data(1000)
        >>> bool(spelled(int(y[0])) == x[0]), len(x), len(x_test)
        (True, 800, 200)
    """
    if not 0 < highest < _MOST or not 1 <= samples <= highest + 1:
        raise ArgumentError(
            "there are not that many numbers",
            who="korean_numbers.load_data()",
            expected="1 ≤ samples ≤ highest + 1 ≤ 10¹⁶",
            got=f"samples={samples}, highest={highest}",
            fix="highest=999_999",
        )
    random = np.random.default_rng(seed)
    numbers = _drawn(samples, highest, random)
    train, _, test = split_rows(len(numbers), test=test_split, validation=0, seed=seed)
    words, digits = _texts([spelled(n) for n in numbers]), _texts([str(n) for n in numbers])
    return (words[train], digits[train]), (words[test], digits[test])


def spelled(number: int) -> str:
    """A number in Sino-Korean words: 일 is left out before 십, 백 and 천, and before a leading 만.

    Example:
        >>> [spelled(n) for n in (0, 10, 321, 10_000, 1_110_507)]
        ['영', '십', '삼백이십일', '만', '백십일만오백칠']
    """
    if number == 0:
        return _DIGITS[0]
    words: list[str] = []
    rest, myriad = number, 0
    while rest:
        rest, group = divmod(rest, 10_000)
        if group:
            said = "" if group == 1 and myriad == 1 and not rest else _below_myriad(group)
            words.append(said + _MYRIADS[myriad])
        myriad += 1
    return "".join(reversed(words))


def _below_myriad(group: int) -> str:
    said = ""
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            said += ("" if digit == 1 and place else _DIGITS[digit]) + _PLACES[place]
    return said


def _drawn(samples: int, highest: int, random: np.random.Generator) -> list[int]:
    """Different numbers, of lengths that are drawn alike."""
    most = len(str(highest))
    bounds = [(10 ** (n - 1) if n > 1 else 0, min(10**n - 1, highest)) for n in range(1, most + 1)]
    rooms = np.array([high - low + 1 for low, high in bounds])
    shares = np.zeros(most, np.int64)
    left = samples
    while left:
        open_lengths = np.flatnonzero(shares < rooms)
        each = max(left // len(open_lengths), 1)
        for n in open_lengths[: left if each == 1 else None]:
            more = min(each, int(rooms[n] - shares[n]), left)
            shares[n] += more
            left -= more
    found: list[int] = []
    for (low, high), share in zip(bounds, shares.tolist(), strict=True):
        found += _different(low, high, share, random)
    return [found[i] for i in random.permutation(len(found))]


def _different(low: int, high: int, count: int, random: np.random.Generator) -> list[int]:
    if high - low < 4 * count:
        return (low + random.permutation(high - low + 1)[:count]).tolist()
    seen: dict[int, None] = {}
    while len(seen) < count:
        seen.update(dict.fromkeys(random.integers(low, high + 1, count).tolist()))
    return list(seen)[:count]


def _texts(values: list[str]) -> np.ndarray:
    texts = np.empty(len(values), object)
    texts[:] = values
    return texts
