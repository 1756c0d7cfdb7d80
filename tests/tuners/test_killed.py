"""A search whose process is killed: what was finished stays, nothing finished is repeated, and the end is the same."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from nyuron.tuners import Search

PROGRAM = """
import sys
import numpy as np
import nyuron

x = np.random.default_rng(0).normal(size=(64, 3)).astype("float32")
y = x[:, :1] * 2

def build(rate, dropout):
    model = nyuron.Sequential([nyuron.Input((3,)), nyuron.layers.Dense(4, "relu"), nyuron.layers.Dropout(dropout),
                               nyuron.layers.Dense(1)])
    model.compile(nyuron.optimizers.Adam(rate), "mse")
    return model

def told(record, search):
    print(record.number, flush=True)

space = {"rate": {"low": 1e-4, "high": 0.1, "log": True}, "dropout": (0.0, 0.5)}
nyuron.tune(build, space, (x, y), method=sys.argv[2], trials=int(sys.argv[3]), epochs=40, batch_size=8, seed=5,
            folder=sys.argv[1], on_told=told)
print("done", flush=True)
"""


def start(folder, method, trials):
    command = [sys.executable, "-c", PROGRAM, str(folder), method, str(trials)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))


def killed_and_resumed(folder, method, trials, kills):
    """Trials told by each process; each but the last is killed at a random moment after its first one."""
    random, told = np.random.default_rng(11), []
    for _ in range(kills):
        process = start(folder, method, trials)
        wanted, heard = int(random.integers(1, 3)), []
        for line in process.stdout:
            if line.strip() == "done":
                break
            heard.append(int(line))
            if len(heard) >= wanted:
                time.sleep(random.uniform(0, 0.05))
                break
        process.send_signal(signal.SIGKILL)
        heard += [int(line) for line in process.stdout if line.strip().isdigit()]
        process.wait()
        process.stdout.close()
        told.append(heard)
    process = start(folder, method, trials)
    lines = process.communicate(timeout=300)[0].split()
    assert process.returncode == 0
    assert lines[-1] == "done"
    return [*told, [int(line) for line in lines[:-1]]]


def check(tmp_path, method, trials, kills):
    told = killed_and_resumed(tmp_path / "killed", method, trials, kills)
    process = start(tmp_path / "whole", method, trials)
    process.communicate(timeout=300)
    heard = [number for part in told for number in part]
    assert len(heard) == len(set(heard)), f"a finished trial was repeated: {told}"
    killed, whole = Search.load(tmp_path / "killed"), Search.load(tmp_path / "whole")
    assert [t.number for t in killed.trials] == list(range(trials))

    def essence(found):
        return [(t.number, t.state, t.hyperparameters, t.value, t.curves) for t in found.trials]

    assert essence(killed) == essence(whole)
    # All that a process finished before it was killed is there: at most what was in flight was lost.
    document = json.loads((tmp_path / "killed" / "search.json").read_text())
    assert document["best"] == whole.best.number


def test_a_killed_search_goes_on(tmp_path):
    check(tmp_path, "random", 8, 2)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["random", "tpe"])
def test_a_search_killed_twenty_times_goes_on(tmp_path, method):
    check(tmp_path, method, 60, 20)
