"""Programs kept from process to process: a network of a known structure is neither traced nor lowered again.

JAX's own cache keeps what XLA compiled, but finds it only after tracing and lowering the Python function, which for a
small network takes several times as long as the training. Here the lowered program (StableHLO) is kept under a name made
of everything that it depends on: the static part of the descriptions, the arrays' shapes and dtypes, the versions, and
the source files. Whatever holds code of the user's is never kept, but traced as usual.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax
import jax.core
import jax.extend.backend
import numpy as np
from jax.extend.core import Primitive
from jax.interpreters import mlir
from jaxlib.lapack import prepare_lapack_call

from nyuron.core._program_name import NotKept, configuration, program_name
from nyuron.core._runtime import cache_folder

LARGEST = 4 << 20
"""Bytes of a program that is still kept: beyond are constants that belong to one call."""
MOST_FILES = 2000
MOST_READY = 500
"""Programs that one process holds of a function."""
MOST_MAPPED = 0.4
"""Share of the memory maps that Linux grants a process (65 530) beyond which its programs are let go.

XLA maps the code of each program by itself, about 200 maps for each structure of network, and ends the process with a
segmentation fault when there are no more.
"""
FEW = 32
"""Programs that are never let go: where so few are held, the maps are somebody else's."""
_CALLS_OUT = re.compile(r"custom_call @(?!Sharding|mhlo.topk|lapack_|nyuron_)")
"""A program that calls a library needs it loaded, which only tracing sees to. LAPACK is loaded here; who takes our own machine code has loaded it."""


_made: weakref.WeakSet[KeptProgram] = weakref.WeakSet()
_NOT_FOUND: Any = object()


class KeptProgram:
    """A compiled pure function of pytrees whose lowered form is kept; made by `kept_program`."""

    def __init__(
        self, function: Callable[..., Any], static_argnums: tuple[int, ...], results: tuple[type, ...]
    ) -> None:
        functools.update_wrapper(self, function)
        self.function, self.static_argnums = function, static_argnums
        self.results = {cls.__name__: cls for cls in results}
        self.traced = jax.jit(function, static_argnums=static_argnums)
        self._ready: dict[Any, Callable[[list[Any]], Any] | None] = {}
        _made.add(self)

    def __call__(self, *arguments: Any) -> Any:
        run, leaves = self._program(arguments)
        return self.traced(*arguments) if run is None else run(leaves)

    def if_kept(self, *arguments: Any) -> Any:
        """The result, or None where the program cannot be kept; then nothing was computed."""
        run, leaves = self._program(arguments)
        return None if run is None else run(leaves)

    def cache_size(self) -> int:
        """How many programs this process holds."""
        return len(self._ready) + self.traced._cache_size()  # type: ignore[attr-defined]

    def _program(self, arguments: tuple[Any, ...]) -> tuple[Callable[[list[Any]], Any] | None, list[Any]]:
        """The kept program for these arguments, None where it cannot be kept; and their arrays."""
        statics = tuple([arguments[i] for i in self.static_argnums])
        moving = tuple([a for i, a in enumerate(arguments) if i not in self.static_argnums])
        leaves, tree = jax.tree.flatten(moving)
        folder = programs_folder()
        if folder is None or any(isinstance(leaf, jax.core.Tracer) for leaf in leaves):
            return None, leaves
        signature = (statics, tree, tuple(map(_aval, leaves)), configuration())
        # another thread may let go of all programs at any time, so this one is not looked up twice
        run = self._ready.get(signature, _NOT_FOUND)
        if run is _NOT_FOUND:
            if len(self._ready) >= MOST_READY:
                self._ready.clear()
            _let_go_where_full()
            run = self._ready[signature] = self._find(folder, statics, moving, leaves, tree)
        return run, leaves

    def let_go(self) -> None:
        """Drop the programs that this process holds; they are read from the folder, or traced, when next called."""
        self._ready.clear()
        self.traced.clear_cache()  # type: ignore[attr-defined]

    def _find(
        self, folder: Path, statics: tuple[Any, ...], moving: tuple[Any, ...], leaves: list[Any], tree: Any
    ) -> Callable[[list[Any]], Any] | None:
        try:
            path = folder / program_name(self.function, statics, moving)
            kept = _read(path)
            if kept is None:
                kept = self._lower(statics, leaves, tree)
                _write(path, *kept)
        except (NotKept, jax.errors.JAXTypeError):
            return None
        head, text = kept
        if "custom_call @lapack_" in text:
            prepare_lapack_call("getrf", np.dtype(np.float32))
        flat = _callable(text, tuple((tuple(shape), dtype) for shape, dtype in head["results"]))
        return lambda leaves: self._rebuilt(head["tree"], flat(*leaves))

    def _lower(self, statics: tuple[Any, ...], leaves: list[Any], tree: Any) -> tuple[dict[str, Any], str]:
        """What is kept of the program: its results' structure and types, and its text.

        Raises: NotKept where that is not enough.
        """
        form: list[Any] = []

        def flat(*leaves: Any) -> list[Any]:
            arguments = list(jax.tree.unflatten(tree, leaves))
            for position, value in zip(self.static_argnums, statics, strict=True):
                arguments.insert(position, value)
            found: list[Any] = []
            form.append(self._form(self.function(*arguments), found))
            return found

        lowered = jax.jit(flat, keep_unused=True).lower(*leaves)
        module: Any = lowered.compiler_ir("stablehlo")
        text = module.operation.get_asm(enable_debug_info=False)
        results = [(list(out.shape), str(out.dtype)) for out in lowered.out_info]
        if len(text) > LARGEST or _CALLS_OUT.search(text) or any(dtype.startswith("key<") for _, dtype in results):
            raise NotKept
        return {"tree": form[-1], "results": results}, text

    def _form(self, value: Any, found: list[Any]) -> Any:
        """The structure of a result as plain lists, its arrays gathered in `found`."""
        if value is None:
            return None
        if isinstance(value, dict):
            if not all(isinstance(name, str) for name in value):
                raise NotKept
            return {"dict": [[name, self._form(value[name], found)] for name in value]}
        if isinstance(value, tuple | list):
            name = type(value).__name__
            if name not in ("tuple", "list") and self.results.get(name) is not type(value):
                raise NotKept
            return {name: [self._form(part, found) for part in value]}
        if not isinstance(value, jax.Array | np.ndarray | np.generic | int | float):
            raise NotKept
        found.append(value)
        return len(found) - 1

    def _rebuilt(self, form: Any, arrays: Any) -> Any:
        if form is None:
            return None
        if isinstance(form, int):
            return arrays[form]
        ((kind, parts),) = form.items()
        if kind == "dict":
            return {name: self._rebuilt(part, arrays) for name, part in parts}
        values = [self._rebuilt(part, arrays) for part in parts]
        return values if kind == "list" else tuple(values) if kind == "tuple" else self.results[kind](*values)


def kept_program(*, static_argnums: tuple[int, ...] = (), results: tuple[type, ...] = ()) -> Callable[..., KeptProgram]:
    """Compile a pure function like `jax.jit`, and keep its lowered program on disk from process to process.

    `results` are the named tuples among what it returns. Programs are kept in the cache folder unless the compilation
    cache is off; those that hold code of the user's, or that call out of XLA, are not.
    """
    return lambda function: KeptProgram(function, static_argnums, results)


def programs_folder() -> Path | None:
    """Where programs are kept; None where nothing is to be kept."""
    settings: Any = jax.config
    if settings.jax_compilation_cache_dir is None or settings.jax_disable_jit:
        return None
    return cache_folder() / "programs"


def _let_go_where_full() -> None:
    """Drop all programs when the process runs out of memory maps."""
    made = list(_made)
    if sum(program.cache_size() for program in made) > FEW and mapped() > MOST_MAPPED:
        for program in made:
            program.let_go()


def mapped() -> float:
    """Share of the memory maps in use that the system grants a process; 0 where it sets no bound."""
    try:
        most = int(Path("/proc/sys/vm/max_map_count").read_text())
        return Path("/proc/self/maps").read_bytes().count(b"\n") / most
    except (OSError, ValueError):
        return 0.0


def _aval(leaf: Any) -> Any:
    if isinstance(leaf, jax.Array):
        return leaf.aval
    return (leaf.shape, leaf.dtype) if hasattr(leaf, "shape") else type(leaf)


# The folder.


def _read(path: Path) -> tuple[dict[str, Any], str] | None:
    try:
        head, text = path.read_text(encoding="utf-8").split("\n", 1)
        found = json.loads(head)
        if found["sha256"] != hashlib.sha256(text.encode()).hexdigest():
            return None
        return found, text
    except (OSError, ValueError, KeyError):
        return None


def _write(path: Path, head: dict[str, Any], text: str) -> None:
    """Keep a program; a folder that cannot be written is no reason to stop."""
    head = {"sha256": hashlib.sha256(text.encode()).hexdigest(), **head}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _forget_oldest(path.parent)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.write_text(f"{json.dumps(head)}\n{text}", encoding="utf-8")
        draft.replace(path)
    except OSError:
        return


def _forget_oldest(folder: Path) -> None:
    files = list(folder.iterdir())
    if len(files) >= MOST_FILES:
        for file in sorted(files, key=lambda f: f.stat().st_mtime)[: MOST_FILES // 2]:
            file.unlink(missing_ok=True)


# Calling a kept program.

_kept_p = Primitive("kept_program")
_kept_p.multiple_results = True


@_kept_p.def_abstract_eval
def _abstract(*arguments: Any, text: str, results: tuple[Any, ...]) -> list[Any]:
    return [jax.core.ShapedArray(shape, np.dtype(dtype)) for shape, dtype in results]


def _lowering(ctx: Any, *arguments: Any, text: str, results: tuple[Any, ...]) -> Any:
    from jaxlib.mlir import ir
    from jaxlib.mlir.dialects import func

    outer = ctx.module_context
    inner = ir.Module.parse(text, context=outer.module.context)
    name = mlir.merge_mlir_modules(outer.module, "kept_program", inner, dst_symtab=outer.symbol_table)
    types_out = [mlir.aval_to_ir_type(outer, aval) for aval in ctx.avals_out]
    return func.CallOp(types_out, ir.FlatSymbolRefAttr.get(name), list(arguments)).results


mlir.register_lowering(_kept_p, _lowering)


def _callable(text: str, results: tuple[Any, ...]) -> Callable[..., Any]:
    @jax.jit
    def kept(*leaves: Any) -> list[Any]:
        return _kept_p.bind(*leaves, text=text, results=results)

    return kept
