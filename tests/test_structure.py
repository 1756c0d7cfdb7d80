"""The house rules that no tool checks: public names, nameplates, sizes, what the source must not do."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import nyuron
from nyuron import core

SOURCE = Path(nyuron.__file__).parent
SNAPSHOT = Path(__file__).with_name("api.txt")
FILES = sorted(SOURCE.rglob("*.py"))
ROOMS = sorted(found.name for found in pkgutil.iter_modules([str(SOURCE)]) if found.ispkg)

WIDE_CLASSES = {
    "HyperParameters": "KerasTuner's face of a combination",
    "Layer": "Keras's face of a layer",
    "Model": "Keras's face of a model",
    "Sequential": "Keras's face of a model",
    "Callback": "every hook of Keras",
    "Gates": "the parts of one recurrent step, which a cell and a layer put together differently",
    "Recurrent": "the contract of layers, and Keras's face of kept states",
}
HEAVY = {
    "cyclopts",
    "matplotlib",
    "narwhals",
    "optax",
    "optuna",
    "pandas",
    "polars",
    "pooch",
    "pyarrow",
    "pydantic",
    "rich",
    "safetensors",
    "scipy",
    "sklearn",
    "tensorboardX",
    "yaml",
}


def named(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def exported(room: str) -> list[tuple[str, object]]:
    module = importlib.import_module(f"nyuron.{room}")
    return [(name, getattr(module, name)) for name in getattr(module, "__all__", ())]


def test_public_names_are_those_of_the_snapshot() -> None:
    now = [f"nyuron.{name}" for name in sorted(nyuron.__all__)]
    now += [f"nyuron.{room}.{name}" for room in ROOMS for name, _ in sorted(exported(room))]
    if os.environ.get("NYURON_UPDATE_API"):
        SNAPSHOT.write_text("\n".join(now) + "\n", encoding="utf-8")
    before = SNAPSHOT.read_text(encoding="utf-8").split() if SNAPSHOT.exists() else []
    added, removed = sorted(set(now) - set(before)), sorted(set(before) - set(now))
    lines = [*(f"  + {name}" for name in added), *(f"  - {name}" for name in removed)]
    assert not lines, "\n".join(["public names changed", *lines, "  fix: if this is meant, scripts/check --update-api"])


@pytest.mark.parametrize("room", ROOMS)
def test_public_things_have_docstrings(room: str) -> None:
    things = [(name, thing) for name, thing in exported(room) if inspect.isclass(thing) or inspect.isfunction(thing)]
    bare = [name for name, thing in things if not vars(thing).get("__doc__", getattr(thing, "__doc__", None))]
    assert not bare


@pytest.mark.parametrize("path", [path for path in FILES if path.name == "__init__.py"], ids=named)
def test_nameplates_hold_a_docstring_imports_and_all(path: Path) -> None:
    def is_plain(node: ast.stmt) -> bool:
        if isinstance(node, ast.If):
            return ast.unparse(node.test) == "TYPE_CHECKING" and all(map(is_plain, node.body)) and not node.orelse
        is_all = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        return is_all or isinstance(node, ast.Import | ast.ImportFrom)

    body = tree(path).body
    assert ast.get_docstring(ast.Module(body, [])), "no docstring"
    extra = [f"line {node.lineno}: {ast.unparse(node)[:60]}" for node in body[1:] if not is_plain(node)]
    assert not extra
    assert any(isinstance(node, ast.Assign) for node in body), "no __all__"


def test_files_are_short() -> None:
    lines = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: count for name, count in lines.items() if count > 500} == {}


def test_classes_are_narrow() -> None:
    wide = {}
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and node.name not in WIDE_CLASSES:
                methods = {
                    item.name
                    for item in node.body
                    if isinstance(item, ast.FunctionDef) and not item.name.startswith("_") and not is_property(item)
                }
                if len(methods) > 10:
                    wide[f"{named(path)}:{node.name}"] = sorted(methods)
    assert wide == {}


def is_property(function: ast.FunctionDef) -> bool:
    return any(ast.unparse(item).split(".")[-1] in ("property", "setter") for item in function.decorator_list)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_source_neither_asserts_nor_runs_data_as_code(path: Path) -> None:
    found = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Assert):
            found.append((node.lineno, "assert"))
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("eval", "exec", "__import__"):
            found.append((node.lineno, ast.unparse(node.func)))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            roots = {module.split(".")[0] for module in modules}
            found += [(node.lineno, root) for root in roots & {"pickle", "cloudpickle", "dill", "marshal", "shelve"}]
    assert not found


ERRORS = {name for name, thing in vars(core).items() if inspect.isclass(thing) and issubclass(thing, core.NyuronError)}


def hints(node: ast.expr) -> list[ast.expr]:
    """What an expression can be, where it depends on a condition."""
    return hints(node.body) + hints(node.orelse) if isinstance(node, ast.IfExp) else [node]


@pytest.mark.parametrize("path", FILES, ids=named)
def test_errors_say_how_to_repair_them(path: Path) -> None:
    nodes = list(ast.walk(tree(path)))
    classes = [node for node in nodes if isinstance(node, ast.ClassDef)]
    errors = ERRORS | {node.name for node in classes if any(ast.unparse(base) in ERRORS for base in node.bases)}
    found = []
    for node in nodes:
        if isinstance(node, ast.Raise) and node.exc is not None and ast.unparse(node.exc).split(".")[-1] in errors:
            found.append((node.lineno, "a class without a message"))
        if not isinstance(node, ast.Call) or ast.unparse(node.func).split(".")[-1] not in errors:
            continue
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        values = hints(given["fix"]) if "fix" in given else []
        is_empty = any(isinstance(value, ast.Constant) and not value.value for value in values)
        if None not in given and (not values or is_empty):
            found.append((node.lineno, ast.unparse(node)[:80]))
    assert not found, "fix= says what is to be typed or changed"


def modules_after(code: str) -> set[str]:
    """Top-level packages in a fresh interpreter that has run `code`."""
    script = f"import sys\n{code}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_heavy_packages_wait_until_they_are_used() -> None:
    with_jax = modules_after("import jax, jax.numpy")
    with_face = modules_after("import nyuron\nfor name in nyuron.__all__: getattr(nyuron, name)")
    assert (with_face - with_jax) & HEAVY == set()
