"""How every test runs: JAX on the CPU, strict dtype promotion, one shared folder of compiled programs, fixed seeds.

Tests may say `from oracle import keras_oracle` and wrap calls of Keras in `with keras_oracle():`.
"""

from __future__ import annotations

import gc
import getpass
import os
import random
import tempfile
from pathlib import Path

# JAX and Keras read these when they are imported, so they come first.
os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("MPLBACKEND", "agg")
_cache = Path(os.environ.get("NYURON_TEST_CACHE") or Path(tempfile.gettempdir()) / f"nyuron-tests-{getpass.getuser()}")
os.environ["NYURON_CACHE"] = str(_cache)
os.environ["JAX_COMPILATION_CACHE_DIR"] = str(_cache / "compiled")
os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"

import hypothesis
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nyuron.core import set_random_seed
from nyuron.core._kept import mapped
from oracle import keras_oracle as oracle_context

jax.config.update("jax_numpy_dtype_promotion", "strict")
# The first example compiles, so it takes longer than the others; and every run tries the same ones.
hypothesis.settings.register_profile("nyuron", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("nyuron")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the tests marked slow; CI=true does the same")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow") or os.environ.get("CI") == "true":
        return
    skip = pytest.mark.skip(reason="slow: runs with --slow or CI=true")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(autouse=True)
def _seeds() -> None:
    random.seed(0)
    np.random.seed(0)
    set_random_seed(0)


@pytest.fixture(autouse=True, scope="module")
def _programs_let_go():
    """A worker goes through thousands of programs; Linux ends a process that maps too many of them."""
    yield
    if mapped() > 0.15:
        jax.clear_caches()
        gc.collect()


@pytest.fixture(autouse=True)
def _doctest_names(doctest_namespace: dict[str, object]) -> None:
    import nyuron

    doctest_namespace.update(jax=jax, jnp=jnp, np=np, nyuron=nyuron)


@pytest.fixture
def keras_oracle():
    """`with keras_oracle(): …` lets Keras promote dtypes as it wants."""
    return oracle_context


@pytest.fixture
def rng() -> np.random.Generator:
    """The same random numbers in every run."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the real data sets, or a skip: MNIST, nonlinear.csv and others are not part of the project."""
    folder = os.environ.get("NYURON_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("set NYURON_DATA to the folder with the real data sets")
    return Path(folder)
