"""A name for a program: everything that it depends on, the same in every process."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import sys
import types
from collections.abc import Callable, Iterator
from importlib import util
from pathlib import Path
from typing import Any

import jax
import jax.extend.backend
import jax.numpy as jnp
import jaxlib.version
import numpy as np

from nyuron.core._module import fields_by_role, is_module

_CONFIGURATION = (
    "jax_enable_x64",
    "jax_default_matmul_precision",
    "jax_numpy_dtype_promotion",
    "jax_numpy_rank_promotion",
    "jax_threefry_partitionable",
    "jax_debug_nans",
    "jax_debug_infs",
    "jax_disable_jit",
)


class NotKept(Exception):
    """The program depends on something that has no lasting name."""


def configuration() -> tuple[Any, ...]:
    return tuple([getattr(jax.config, name) for name in _CONFIGURATION])


def program_name(function: Callable[..., Any], statics: Any, moving: Any) -> str:
    parts = [_stamp(), f"{function.__module__}.{function.__qualname__}", repr(configuration())]
    parts += _static(statics)
    parts += _described(moving)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _described(value: Any) -> Iterator[str]:
    """What shapes the program of an argument, line by line, the same in every process."""
    if value is None or isinstance(value, bool | int | float | complex):
        yield type(value).__name__
    elif isinstance(value, jax.Array | np.ndarray | np.generic):
        if jnp.issubdtype(value.dtype, jax.dtypes.extended):
            raise NotKept
        yield f"array {value.dtype} {value.shape} {getattr(value, 'weak_type', False)}"
    elif isinstance(value, dict):
        yield f"dict {len(value)}"
        for name in sorted(value, key=repr):
            yield from _static(name)
            yield from _described(value[name])
    elif isinstance(value, tuple | list):
        yield f"{_class_name(type(value))} {len(value)}"
        for part in value:
            yield from _described(part)
    elif is_module(type(value)):
        data, statics, _ = fields_by_role(type(value))
        yield f"module {_class_name(type(value))}"
        for name in data:
            yield from _described(getattr(value, name))
        for name in statics:
            yield from _static(getattr(value, name))
    else:
        raise NotKept


def _static(value: Any) -> Iterator[str]:
    """A value that is part of the program's structure."""
    if value is None or isinstance(value, bool | int | float | complex | str | bytes | np.dtype):
        yield f"{type(value).__name__} {value!r}"
    elif isinstance(value, types.FunctionType):
        home = sys.modules.get(value.__module__)
        if not value.__module__.startswith("nyuron.") or getattr(home, value.__qualname__, None) is not value:
            raise NotKept
        yield f"function {value.__module__}.{value.__qualname__}"
    elif isinstance(value, type):
        yield f"class {_class_name(value)}"
    elif isinstance(value, tuple | list):
        yield f"{_class_name(type(value))} {len(value)}"
        for part in value:
            yield from _static(part)
    elif dataclasses.is_dataclass(value):
        yield f"record {_class_name(type(value))}"
        for field in dataclasses.fields(value):
            yield from _static(getattr(value, field.name))
    else:
        raise NotKept


def _class_name(cls: type) -> str:
    known = cls.__module__.startswith("nyuron.") or cls.__module__ in ("builtins", "numpy")
    if not known or "<locals>" in cls.__qualname__:
        raise NotKept
    return f"{cls.__module__}.{cls.__qualname__}"


@functools.cache
def _stamp() -> str:
    """Versions, platform, and the state of the source files: what else a program depends on."""
    backend = jax.extend.backend.get_backend()
    root = Path(__file__).resolve().parent.parent
    files = sorted(root.rglob("*.py"))
    libraries = [util.find_spec(name) for name in ("jax", "jaxlib", "optax")]
    files += [Path(spec.origin) for spec in libraries if spec is not None and spec.origin]
    marks = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    return repr((jax.__version__, jaxlib.version.__version__, backend.platform, backend.platform_version, marks))
