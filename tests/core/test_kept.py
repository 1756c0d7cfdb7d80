"""Programs kept on disk: found again, the same results, and never for what they cannot stand for."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nyuron import core, layers, models, optimizers, train

PROGRAM = """
import json, numpy as np
from nyuron import models, layers, core
core.set_random_seed(3)
x = np.linspace(-1, 1, 40, dtype="float32")[:, None]
model = models.Sequential([layers.Dense(5, activation="tanh", input_shape=(1,)), layers.Dropout(0.2), layers.Dense(1)])
model.compile("adam", loss="mse", metrics=["mae"])
history = model.fit(x, x * x, epochs=7, batch_size=16, verbose=0, validation_split=0.2, seed=1)
print(json.dumps({"history": history.history, "predicted": model.predict(x[:3], verbose=0).tolist()}))
"""


def run_program(folder):
    environment = {**os.environ, "NYURON_CACHE": str(folder), "JAX_LOG_COMPILES": "1"}
    environment.pop("JAX_COMPILATION_CACHE_DIR", None)
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True)
    traced = [line for line in done.stderr.splitlines() if "Finished tracing" in line]
    return json.loads(done.stdout), traced


def test_second_process_traces_nothing_and_gets_the_same_bits(tmp_path):
    first, traced_first = run_program(tmp_path)
    kept = list((tmp_path / "programs").iterdir())
    second, traced_second = run_program(tmp_path)
    assert first == second
    assert any("flat" in line for line in traced_first)
    assert len(kept) >= 3 and not any("flat" in line for line in traced_second)
    for file in kept:
        file.write_bytes(b"{}\nbroken")
    third, traced_third = run_program(tmp_path)
    assert third == first and any("flat" in line for line in traced_third)


@core.module
class Scaled(core.Configurable):
    by: float = 1.0
    power: int = core.static(1)


def scaled(power_of, description, x):
    return {"y": description.by * x**description.power, "n": (x.sum(), None, [x + power_of])}


@pytest.fixture
def program(tmp_path, monkeypatch):
    monkeypatch.setenv("NYURON_CACHE", str(tmp_path))
    # What is kept must come from a class that has a lasting name.
    monkeypatch.setattr(Scaled, "__module__", "nyuron.test")
    return core.kept_program(static_argnums=(0,))(scaled)


def test_programs_are_let_go_before_the_process_runs_out_of_memory_maps(program, monkeypatch):
    from nyuron.core import _kept

    if not Path("/proc/self/maps").exists():
        pytest.skip("this system does not say how many memory maps are in use")
    assert 0 < _kept.mapped() < 1
    monkeypatch.setattr(_kept, "_made", {program})
    monkeypatch.setattr(_kept, "FEW", 3)
    x = np.arange(4, dtype=np.float32)
    held = []
    for most in (1.0, 0.0):
        monkeypatch.setattr(_kept, "MOST_MAPPED", most)
        for power in range(1, 8):
            np.testing.assert_array_equal(program(5, Scaled(1.0, power=power), x)["y"], x**power)
            held.append(program.cache_size())
        program.let_go()
    assert held == [1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 1, 2, 3]


def test_structure_numbers_and_shapes(program, tmp_path):
    x = np.arange(4, dtype=np.float32)
    for description, size in ((Scaled(2.0), 1), (Scaled(3.0), 1), (Scaled(2.0, power=2), 2)):
        got = program(5, description, x)
        want = scaled(5, description, jnp.asarray(x))
        assert jax.tree.structure(got) == jax.tree.structure(want)
        jax.tree.map(np.testing.assert_array_equal, got, want)
        assert program.cache_size() == size == len(list((tmp_path / "programs").iterdir()))
    program(5, Scaled(2.0), x[:2])
    program(6, Scaled(2.0), x)
    assert program.cache_size() == 4
    assert jax.jit(lambda a: program(5, Scaled(2.0), a)["y"])(x)[1] == 2.0


def test_code_of_the_users_is_not_kept(program, tmp_path, monkeypatch):
    monkeypatch.setattr(Scaled, "__module__", "somewhere")
    assert program.if_kept(5, Scaled(2.0), np.ones(3, np.float32)) is None
    np.testing.assert_array_equal(program(5, Scaled(2.0), np.ones(3, np.float32))["y"], 2.0)
    assert not (tmp_path / "programs").exists()
    network = models.Sequential([layers.Lambda(lambda x: x * 2.0, input_shape=(3,)), layers.Dense(1)])
    network.compile("sgd", loss="mse")
    network.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
    assert not (tmp_path / "programs").exists() or not any(
        "multiply" in p.read_text() and "2.0" in p.read_text() for p in (tmp_path / "programs").iterdir()
    )


def test_folder_that_cannot_be_written(program, tmp_path, monkeypatch):
    (tmp_path / "programs").write_text("a file")
    np.testing.assert_array_equal(program(0, Scaled(2.0), np.ones(3, np.float32))["y"], 2.0)


def test_first_weights_do_not_depend_on_when_they_are_made():
    def build(together):
        core.set_random_seed(11)
        made = [layers.Dense(4, input_shape=(3,)), layers.Dense(2, kernel_initializer="he_normal")]
        for layer, width in zip(made, (3, 4), strict=True):
            layer.build((None, width))
            if not together:
                layer.get_weights()
        return [w for layer in made for w in layer.get_weights()]

    for a, b in zip(build(True), build(False), strict=True):
        np.testing.assert_array_equal(a, b)


def test_two_hundred_fits_neither_compile_nor_leak():
    if not Path("/proc/self/statm").exists():
        pytest.skip("the system does not say how much memory a process holds")

    def held():
        gc.collect()
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")

    def fit():
        network = models.Sequential([layers.Dense(8, activation="relu", input_shape=(3,)), layers.Dense(1)])
        network.compile(optimizers.Adam(0.01), loss="mse", metrics=["mae"])
        network.fit(x, x[:, :1], epochs=2, verbose=0)
        network.evaluate(x, x[:, :1], verbose=0)

    for _ in range(50):
        fit()
    programs, before = train.run_program.cache_size(), held()
    for _ in range(200):
        fit()
    assert train.run_program.cache_size() == programs
    assert held() - before < 4e6
