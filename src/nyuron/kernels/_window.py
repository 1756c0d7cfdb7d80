"""Where a kernel or a pool is laid over its input."""

from __future__ import annotations

from typing import NamedTuple

Pads = tuple[tuple[int, int], ...]


class Window(NamedTuple):
    """A kernel's or pool's size, strides, padding and dilation, one entry for each spatial axis.

    `padding` is "valid" (none), "same" (as much as gives ``⌈N/S⌉`` outputs, the odd one behind), "causal" (all of it
    before, so that no output looks ahead), or pairs (before, behind).

    Example:
        >>> from nyuron.kernels import Window
        >>> Window.of(3, 2, strides=2).output_sizes((28, 28))
        (13, 13)
    """

    size: tuple[int, ...]
    strides: tuple[int, ...]
    padding: str | Pads
    dilation: tuple[int, ...]

    @classmethod
    def of(
        cls,
        size: int | tuple[int, ...],
        rank: int,
        strides: int | tuple[int, ...] = 1,
        padding: str | Pads = "valid",
        dilation: int | tuple[int, ...] = 1,
    ) -> Window:
        """A window over `rank` axes; one number stands for the same along each."""

        def each(n: int | tuple[int, ...]) -> tuple[int, ...]:
            return (n,) * rank if isinstance(n, int) else tuple(n)

        return cls(each(size), each(strides), padding, each(dilation))

    @property
    def rank(self) -> int:
        """The number of spatial axes."""
        return len(self.size)

    @property
    def is_tiling(self) -> bool:
        """Whether the places that it is laid on touch, but do not overlap."""
        return self.strides == self.size and set(self.dilation) == {1}

    @property
    def spans(self) -> tuple[int, ...]:
        """How many values the window reaches over, with the gaps that dilation leaves: ``(K − 1) D + 1``."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.size, self.dilation, strict=True))

    def pads(self, sizes: tuple[int, ...]) -> Pads:
        """Zeros before and behind each axis of an input of these sizes."""
        if not isinstance(self.padding, str):
            return self.padding
        if self.padding == "valid":
            return ((0, 0),) * self.rank
        if self.padding == "causal":
            return tuple((span - 1, 0) for span in self.spans)
        total = [
            max((-(-n // s) - 1) * s + span - n, 0) for n, s, span in zip(sizes, self.strides, self.spans, strict=True)
        ]
        return tuple((t // 2, t - t // 2) for t in total)

    def output_sizes(self, sizes: tuple[int, ...]) -> tuple[int, ...]:
        """``⌊(N + P − K) / S⌋ + 1`` along each axis, P being the zeros on both sides and K the span."""
        parts = zip(sizes, self.pads(sizes), self.spans, self.strides, strict=True)
        return tuple((n + low + high - span) // s + 1 for n, (low, high), span, s in parts)
