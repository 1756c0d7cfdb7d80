"""Arrays of lists of integers in .npz files, read without running what the file says.

NumPy stores an array of lists as a program for a small stack machine, which may call any function that Python can
import. This reader follows only the instructions that make lists, tuples, numbers and texts; of all functions it knows
the two that NumPy itself names, by name, and it calls none.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

_RUN = re.compile(rb"(?:K.|M..|J....)+", re.DOTALL)
_INTEGER = re.compile(rb"K(.)|M(..)|J(....)", re.DOTALL)
_KNOWN = {
    "numpy.core.multiarray _reconstruct",
    "numpy._core.multiarray _reconstruct",
    "numpy ndarray",
    "numpy dtype",
    "_codecs encode",  # how Python 2's texts are written by Python 3
}


class UnsafeError(ValueError):
    """The file asks for something that an array of lists does not need."""


class _Name(str):
    """The name of a function or class; it stays a name."""

    __slots__ = ()


class _Made:
    """What a call would have made: kept, never called."""

    def __init__(self, maker: _Name) -> None:
        self.maker = maker
        self.state: Any = None


_MARK = object()


def read_object_array(data: bytes) -> list[Any]:
    """The flat list of elements of a stored object array.

    Raises: UnsafeError if it names anything but arrays; ValueError, IndexError, KeyError or struct.error for damage.
    """
    made = _Machine(data).run()
    if not isinstance(made, _Made) or not isinstance(made.state, tuple) or len(made.state) != 5:
        raise ValueError("there is no array in it")
    elements = made.state[4]
    if not isinstance(elements, list):
        raise ValueError("the array holds no list of elements")
    return elements


class _Machine:
    """The stack machine, with the few instructions that data need."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def run(self) -> Any:
        while True:
            run = _RUN.match(self.data, self.at)
            if run:  # nearly all of the file: numbers one after another
                self.stack.extend(_integers(run.group()))
                self.at = run.end()
            code = self.take(1)
            if code == b".":
                return self.pop()
            step = _STEPS.get(code)
            if step is None:
                raise UnsafeError(f"instruction {code!r} at byte {self.at - 1}, which no list of numbers needs")
            step(self)

    def take(self, count: int) -> bytes:
        taken = self.data[self.at : self.at + count]
        if len(taken) < count:
            raise ValueError("the file ends too early")
        self.at += count
        return taken

    def number(self, form: str) -> int:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def line(self) -> str:
        end = self.data.index(b"\n", self.at)
        taken = self.data[self.at : end].decode("ascii")
        self.at = end + 1
        return taken

    def pop(self) -> Any:
        if self.stack[-1] is _MARK:
            raise ValueError("the instructions do not fit together")
        return self.stack.pop()

    def to_mark(self) -> list[Any]:
        at = len(self.stack) - 1
        while self.stack[at] is not _MARK:
            at -= 1
            if at < 0:
                raise ValueError("the instructions do not fit together")
        items = self.stack[at + 1 :]
        del self.stack[at:]
        return items

    def extend(self, items: list[Any]) -> None:
        if not isinstance(self.stack[-1], list):
            raise ValueError("the instructions do not fit together")
        self.stack[-1].extend(items)

    def tuple_of(self, count: int) -> None:
        items = [self.pop() for _ in range(count)][::-1]
        self.stack.append(tuple(items))


def _name(m: _Machine, module: Any, name: Any) -> None:
    if f"{module} {name}" not in _KNOWN:
        raise UnsafeError(f"the file asks for {module}.{name}, which no list of numbers needs")
    m.stack.append(_Name(f"{module} {name}"))


def _stack_name(m: _Machine) -> None:
    name, module = m.pop(), m.pop()
    _name(m, module, name)


def _call(m: _Machine) -> None:
    arguments, maker = m.pop(), m.pop()
    if not isinstance(maker, _Name) or not isinstance(arguments, tuple):
        raise UnsafeError("the file calls something that is no function of NumPy's")
    m.stack.append(_Made(maker))


def _build(m: _Machine) -> None:
    state = m.pop()
    if not isinstance(m.stack[-1], _Made):
        raise UnsafeError("the file fills something that is no array")
    m.stack[-1].state = state


def _integers(run: bytes) -> list[int]:
    return [
        a[0] if a else int.from_bytes(b, "little") if b else int.from_bytes(c, "little", signed=True)
        for a, b, c in _INTEGER.findall(run)
    ]


def _push(value: Callable[[_Machine], Any]) -> Callable[[_Machine], None]:
    return lambda m: m.stack.append(value(m))


def _long(m: _Machine) -> int:
    return int.from_bytes(m.take(m.number("<B")), "little", signed=True)


def _remember(index: Callable[[_Machine], int]) -> Callable[[_Machine], None]:
    return lambda m: m.memo.__setitem__(index(m), m.stack[-1])


_STEPS: dict[bytes, Callable[[_Machine], Any]] = {
    b"\x80": lambda m: m.take(1),  # protocol
    b"\x95": lambda m: m.take(8),  # frame
    b"(": lambda m: m.stack.append(_MARK),
    b"]": lambda m: m.stack.append([]),
    b")": lambda m: m.stack.append(()),
    b"}": lambda m: m.stack.append({}),
    b"N": lambda m: m.stack.append(None),
    b"\x88": lambda m: m.stack.append(True),
    b"\x89": lambda m: m.stack.append(False),
    b"a": lambda m: (item := m.pop(), m.extend([item])),
    b"e": lambda m: m.extend(m.to_mark()),
    b"l": lambda m: m.stack.append(m.to_mark()),
    b"t": lambda m: m.stack.append(tuple(m.to_mark())),
    b"\x85": lambda m: m.tuple_of(1),
    b"\x86": lambda m: m.tuple_of(2),
    b"\x87": lambda m: m.tuple_of(3),
    b"\x8a": _push(_long),
    b"I": _push(lambda m: int(m.line())),
    b"G": _push(lambda m: struct.unpack(">d", m.take(8))[0]),
    b"X": _push(lambda m: m.take(m.number("<I")).decode("utf-8")),
    b"\x8c": _push(lambda m: m.take(m.number("<B")).decode("utf-8")),
    b"U": _push(lambda m: m.take(m.number("<B"))),
    b"C": _push(lambda m: m.take(m.number("<B"))),
    b"B": _push(lambda m: m.take(m.number("<I"))),
    b"q": _remember(lambda m: m.number("<B")),
    b"r": _remember(lambda m: m.number("<I")),
    b"\x94": _remember(lambda m: len(m.memo)),
    b"h": _push(lambda m: m.memo[m.number("<B")]),
    b"j": _push(lambda m: m.memo[m.number("<I")]),
    b"c": lambda m: _name(m, m.line(), m.line()),
    b"\x93": _stack_name,
    b"R": _call,
    b"b": _build,
}


def as_object_array(elements: list[Any]) -> np.ndarray:
    """An array of lists, also where all lists happen to have one length."""
    array = np.empty(len(elements), dtype=object)
    array[:] = elements
    return array
