"""In which order an epoch uses the rows: drawn on the host, where a permutation is cheap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nyuron.kernels import shuffle


def epoch_order(seed: int, member: int, epoch: int, rows: np.ndarray | int, *, shuffles: bool = True) -> np.ndarray:
    """The epoch's rows, int32, shuffled by (seed, member, epoch) alone. `rows` is their number, or which they are."""
    order = np.arange(rows, dtype=np.int32) if isinstance(rows, int) else np.array(rows, dtype=np.int32)
    if shuffles:
        shuffle(order[None], seed, member, first=epoch)
    return order


def portion_order(
    seed: int, member: int, epoch: int, rows: np.ndarray | int, keep: int, *, shuffles: bool = True
) -> np.ndarray:
    """The epoch's rows where an epoch is `keep` of them: it goes on where the one before it stopped.

    Passes over all rows follow one another, each shuffled by (seed, member, pass).
    """
    length = rows if isinstance(rows, int) else len(rows)
    parts, start, end = [], epoch * keep, (epoch + 1) * keep
    for number in range(start // length, -(-end // length)):
        order = epoch_order(seed, member, number, rows, shuffles=shuffles)
        parts.append(order[max(start - number * length, 0) : end - number * length])
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def epochs_at_once(rows: int) -> int:
    """How many epochs' orders one dispatch is given: a power of two, by the number of rows alone."""
    return int(2 ** np.clip(np.floor(np.log2(65536 / max(rows, 1))), 0, 6))


def _whole_orders(
    seed: int, member: int, first: int, count: int, capacity: int, rows: int | np.ndarray, shuffles: bool
) -> np.ndarray:
    """As `epoch_order`, for several epochs at once."""
    line = np.arange(rows, dtype=np.int32) if isinstance(rows, int) else np.asarray(rows, np.int32)
    orders = np.zeros((capacity, len(line)), np.int32)
    used = orders[: min(count, capacity)]
    used[:] = line
    if shuffles:
        shuffle(used, seed, member, first=first)
    return orders


def epoch_orders(
    seed: int,
    members: Sequence[int] | None,
    first: int,
    count: int,
    capacity: int,
    rows: int | np.ndarray,
    *,
    keep: int | None = None,
    shuffles: bool = True,
) -> np.ndarray:
    """Orders of `count` epochs from `first` on, in an array with room for `capacity` of them.

    Without members (capacity, rows); with them (capacity, members, rows), where `rows` may hold one line of rows per
    member. `keep` makes an epoch that many rows, see `portion_order`.
    """
    per_member = members is not None and isinstance(rows, np.ndarray) and rows.ndim == 2
    length = keep or (rows if isinstance(rows, int) else rows.shape[-1])
    if keep is None and not per_member and (members is None or len(members) == 1):
        drawn = _whole_orders(seed, 0 if members is None else members[0], first, count, capacity, rows, shuffles)
        return drawn if members is None else drawn[:, None]
    orders = np.zeros((capacity, length) if members is None else (capacity, len(members), length), np.int32)
    for e in range(min(count, capacity)):
        if members is None:
            orders[e] = portion_order(seed, 0, first + e, rows, length, shuffles=shuffles)
            continue
        for i, member in enumerate(members):
            own = rows[i] if per_member else rows  # type: ignore[index]
            orders[e, i] = portion_order(seed, member, first + e, own, length, shuffles=shuffles)
    return orders
