"""Our own machine code: compiled with the machine's C++ compiler when first needed, and kept in the cache folder.

Without a compiler, or with NYURON_NATIVE=off, everything still works: XLA computes it.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import warnings
from pathlib import Path

import jax
import numpy as np

from nyuron.core import cache_folder

FOLDER = Path(__file__).parent / "native"
TARGETS = ("nyuron_dense_train", "nyuron_dense_apply")
_FLAGS = ("-O2", "-march=native", "-std=c++17", "-shared", "-fPIC", "-fno-math-errno", "-fno-trapping-math", "-w")
_OFF = {"0", "off", "false", "no"}
_lock = threading.Lock()
_loaded: list[ctypes.CDLL] = []


def has_native_code() -> bool:
    """Whether our machine code is there to be called; it is compiled if that has not been done on this machine."""
    if os.environ.get("NYURON_NATIVE", "on").lower() in _OFF or jax.default_backend() != "cpu":
        return False
    with _lock:
        return _is_loaded()


def shuffle(rows: np.ndarray, *entropy: int, first: int = 0) -> None:
    """Shuffle each line of int32 rows in place, by these numbers and its own, counted from `first`.

    The same bits with machine code as with NumPy.
    """
    if not _loaded:
        for number, line in enumerate(rows, first):
            words = np.random.SeedSequence([*entropy, number]).generate_state(2, np.uint64)
            np.random.Generator(np.random.Philox(key=words)).shuffle(line)
        return
    halves = [word for n in entropy for word in ((n & 0xFFFFFFFF, n >> 32) if n >> 32 else (n,))]
    words = np.array([*halves, first], np.uint32)
    _loaded[0].nyuron_shuffle(rows.ctypes.data, *rows.shape, words.ctypes.data, len(words), first)


def threefry(key: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Two words for each of the counters 0 … count − 1 under a key; None where there is no machine code."""
    if not _loaded:
        return None
    x, y = np.empty(count, np.uint32), np.empty(count, np.uint32)
    _loaded[0].nyuron_threefry(int(key[0]), int(key[1]), count, x.ctypes.data, y.ctypes.data)
    return x, y


@functools.cache
def _is_loaded() -> bool:
    compiler = find_compiler()
    if compiler is None:
        return False
    try:
        library = ctypes.CDLL(str(_built(compiler)))
    except (OSError, subprocess.SubprocessError) as error:
        said = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        warnings.warn(
            f"nyuron.kernels: they could not be compiled, so that small dense networks train several times slower\n"
            f"  expected: a C++17 compiler that knows -march=native\n"
            f"  got:      {said[0] if said else type(error).__name__}\n"
            f"  fix:      name a C++ compiler with CXX=…, or NYURON_NATIVE=off to go without",
            stacklevel=2,
        )
        return False
    for name in TARGETS:
        jax.ffi.register_ffi_target(name, jax.ffi.pycapsule(getattr(library, name)), platform="cpu")
    pointer, word, size = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int64
    library.nyuron_shuffle.restype = library.nyuron_threefry.restype = None
    library.nyuron_shuffle.argtypes = [pointer, size, size, pointer, size, word]
    library.nyuron_threefry.argtypes = [word, word, size, pointer, pointer]
    _loaded.append(library)
    return True


def find_compiler() -> str | None:
    """The C++ compiler's path: what CXX names, or the first that is found."""
    for name in (os.environ.get("CXX"), "c++", "g++", "clang++"):
        found = shutil.which(name) if name else None
        if found:
            return found
    return None


def _built(compiler: str) -> Path:
    """The library's path, compiled now unless this source was before, by this compiler for this processor."""
    include = Path(jax.ffi.include_dir())
    header = include / "xla" / "ffi" / "api" / "c_api.h"
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
    parts = [
        *(file.read_bytes() for file in sorted(FOLDER.iterdir()) if file.suffix in (".cpp", ".h")),
        header.read_bytes(),
        version.encode(),
        " ".join(_FLAGS).encode(),
        _processor(),
    ]
    name = hashlib.sha256(b"\0".join(parts)).hexdigest()
    folder = _folder()
    library = folder / f"{name}{'.dylib' if sys.platform == 'darwin' else '.so'}"
    if library.exists():
        return library
    with tempfile.TemporaryDirectory(dir=folder) as place:
        draft = Path(place) / library.name
        command = [compiler, *_FLAGS, f"-I{include}", *map(str, sorted(FOLDER.glob("*.cpp"))), "-o", str(draft)]
        subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
        draft.replace(library)
    return library


def _folder() -> Path:
    folder = cache_folder() / "native"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass
    return _folder_of_process()


@functools.cache
def _folder_of_process() -> Path:
    """A folder that lasts as long as the process, where the cache folder cannot be written."""
    holder = tempfile.TemporaryDirectory(prefix="nyuron-")
    _holders.append(holder)
    return Path(holder.name)


_holders: list[tempfile.TemporaryDirectory[str]] = []


def _processor() -> bytes:
    """What the processor can do: code for one may not run on another that shares the cache folder."""
    try:
        lines = Path("/proc/cpuinfo").read_bytes().splitlines()
        wanted = (b"model name", b"flags", b"Features", b"CPU part")
        return b"\n".join(sorted({line for line in lines if line.startswith(wanted)}))
    except OSError:
        return f"{platform.machine()} {platform.processor()}".encode()
