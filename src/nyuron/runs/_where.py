"""Conditions on runs, as text: comparisons with and, or, not and brackets. They are read here, never executed."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from nyuron.core import ArgumentError, UnknownNameError, nearest

Row = Mapping[str, Any]
Condition = Callable[[Row], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.:]))"""
    r"""|(?P<text>'[^']*'|"[^"]*")|(?P<sign><=|>=|==|!=|=|<|>|\(|\)|&&?|\|\|?|!)|(?P<word>[^\s()<>=!&|'"]+))"""
)
_COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
}
_SAME = {"&": "and", "&&": "and", "|": "or", "||": "or", "!": "not"}
_CONSTANTS = {"true": True, "false": False, "none": None, "null": None}


def condition(text: str, columns: Collection[str]) -> Condition:
    """A function of a row that says whether the condition holds for it.

    What is missing makes a comparison false. A word on the right that is no column is text.

    Raises: ArgumentError for what cannot be read; UnknownNameError for a column that no run has.
    Example:
        >>> holds = condition("metric_val_loss < 0.3 and flag_optimizer == adam", ["metric_val_loss", "flag_optimizer"])
        >>> holds({"metric_val_loss": 0.2, "flag_optimizer": "adam"}), holds({"flag_optimizer": "adam"})
        (True, False)
    """
    return _Parser(text, columns).whole()


class _Parser:
    """Recursive descent: or < and < not < comparison."""

    def __init__(self, text: str, columns: Collection[str]) -> None:
        self.text, self.columns, self.at = text, columns, 0
        self.tokens: list[tuple[str, str]] = []
        end = len(text.rstrip())
        position = 0
        while position < end:
            found = _TOKEN.match(text, position)
            if found is None:
                raise self._error(text[position:].strip())
            kind = str(found.lastgroup)
            self.tokens.append((kind, found[kind]))
            position = found.end()

    def _error(self, got: str) -> ArgumentError:
        return ArgumentError(
            "the condition cannot be read",
            who=repr(self.text),
            expected="comparisons of columns with <, <=, ==, !=, >=, >, joined by and, or, not",
            got=repr(got) if got else "its end",
            fix="for instance: metric_val_loss < 0.3 and flag_optimizer == 'adam'",
        )

    def whole(self) -> Condition:
        made = self._either()
        if self.at < len(self.tokens):
            raise self._error(self.tokens[self.at][1])
        return made

    def _word(self) -> str:
        kind, token = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        return "" if kind in ("text", "number") else _SAME.get(token, token.lower())

    def _either(self) -> Condition:
        parts = [self._both()]
        while self._word() == "or":
            self.at += 1
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def _both(self) -> Condition:
        parts = [self._one()]
        while self._word() == "and":
            self.at += 1
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def _one(self) -> Condition:
        if self._word() == "not":
            self.at += 1
            inner = self._one()
            return lambda row: not inner(row)
        if self._word() == "(":
            self.at += 1
            inner = self._either()
            if self._word() != ")":
                raise self._error(self._next()[1])
            self.at += 1
            return inner
        return self._comparison()

    def _next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            return "", ""
        self.at += 1
        return self.tokens[self.at - 1]

    def _comparison(self) -> Condition:
        kind, name = self._next()
        if kind != "word":
            raise self._error(name)
        if name not in self.columns:
            guess, group = nearest(name, self.columns), name.partition("_")[0] + "_"
            alike = sorted(column for column in self.columns if column.startswith(group))
            raise UnknownNameError(
                f"no run has {name!r}",
                who=repr(self.text),
                expected=f"one of {', '.join(alike or sorted(self.columns))}",
                got=name,
                fix=f"did you mean {guess!r}?" if guess else "correct the name",
            )
        kind, sign = self._next()
        compare = _COMPARE.get(sign)
        if kind != "sign" or compare is None:
            raise self._error(sign)
        kind, right = self._next()
        if kind not in ("number", "text", "word"):
            raise self._error(right)
        if kind == "word" and right in self.columns:
            return lambda row: _holds(compare, row.get(name), row.get(right))
        value = self._value(kind, right)
        return lambda row: _holds(compare, row.get(name), value)

    def _value(self, kind: str, token: str) -> Any:
        if kind == "number":
            return float(token)
        return token[1:-1] if kind == "text" else _CONSTANTS.get(token.lower(), token)


def _holds(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    if right is None:
        return (compare is operator.eq and left is None) or (compare is operator.ne and left is not None)
    if left is None or (isinstance(left, float) and math.isnan(left)):
        return False
    if isinstance(left, datetime) and isinstance(right, str):
        try:
            right = datetime.fromisoformat(right)
        except ValueError:
            return False
        right = right if right.tzinfo else right.astimezone()
    if isinstance(left, str) is not isinstance(right, str):
        left, right = str(left), str(right)
    try:
        return bool(compare(left, right))
    except TypeError:
        return False
