"""training_run: what a script leaves behind, however it ends, without having to do anything."""

import json
import os
import runpy
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest

import nyuron
from nyuron.core import ArgumentError, DataError, FileFormatError
from nyuron.runs import is_run_active, latest_run, ls_runs, run_dir, run_info, training_run, tuning_run
from nyuron.saving import new_run_folder
from runs.fakes import TRAIN, fake_run


def write(path, text):
    path.write_text(text)
    return path


def test_everything_of_a_run_is_recorded(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    script = write(tmp_path / "train.py", TRAIN)
    run = training_run(script, {"units": 3})
    assert capsys.readouterr().out == run.output and run.output.startswith("evaluated: [")
    assert run.status == "completed" and run.flags == {"units": 3, "optimizer": "adam", "epochs": 2}
    assert run.epochs == run.epochs_completed == 2 and run.start < run.end and run.seconds > 0
    assert set(run.history) == {"loss", "mae", "val_loss", "val_mae"}
    assert run.best["val_loss"] == min(run.history["val_loss"]) and run.metrics["loss"] == run.history["loss"][-1]
    assert set(run.evaluation) == {"loss", "mae"} and run.recorded == {"rows": 16}
    assert run.model["parameters"] == 10 and run.model["loss"] == "mse" and run.model["layers"] == ["Dense", "Dense"]
    assert run.source("train.py") == TRAIN and "jax" in run.environment["packages"]
    assert (run.path / "weights.txt").read_text() == "10" and run.path.parent == Path("runs")
    assert (run.path / "history.csv").read_text().splitlines()[0] == "epoch,loss,mae,val_loss,val_mae"
    assert not is_run_active() and run_dir() == tmp_path
    again = training_run(script, {"units": 3}, echo=False)
    assert again.history == run.history and again.model == run.model  # names count anew, too
    assert capsys.readouterr().out == ""


def test_recording_changes_nothing_of_a_fit(tmp_path, monkeypatch):
    script = write(tmp_path / "train.py", TRAIN)
    run = training_run(script, base=tmp_path / "runs", echo=False)
    monkeypatch.setattr(sys, "argv", ["pytest"])
    monkeypatch.chdir(tmp_path)
    found = runpy.run_path(str(script), run_name="__main__")["model"].history.history
    assert run.history == found


def test_fits_and_evaluations_in_turn(tmp_path):
    script = write(
        tmp_path / "s.py",
        """
import numpy as np
import nyuron as keras

class Test(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.model.evaluate(x[:4], x[:4], verbose=0)

x = np.ones((8, 1), np.float32)
for name in ("first", "second"):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)], name=name)
    model.compile("sgd", "mse")
    model.fit(x, x, verbose=0)
model.fit(x, x, epochs=2, validation_data=(x, x), verbose=0, callbacks=[Test()])
model.evaluate(x, 2 * x, verbose=0)
""",
    )
    run = training_run(script, base=tmp_path / "runs", echo=False)
    assert [(fit["model"], len(fit["epoch"])) for fit in run.fits] == [("first", 1), ("second", 3)]
    assert run.epochs == run.epochs_completed == 3  # the same model went on
    assert run.history["val_loss"][0] is None and len(run.history["val_loss"]) == 3
    assert len(run.evaluations) == 3  # one of the script's callback an epoch, none of a validation
    assert run.evaluation == run.evaluations[-1]["figures"]


FAILING = """
import sys
from nyuron.runs import flags, record
FLAGS = flags(how="")
record(step="begun")
print("before")
if FLAGS.how == "error":
    raise ValueError("it broke")
if FLAGS.how == "exit":
    sys.exit("no data")
if FLAGS.how == "well":
    sys.exit(0)
raise KeyboardInterrupt
"""


def test_failures_are_recorded_and_raised(tmp_path):
    script, base = write(tmp_path / "s.py", FAILING), tmp_path / "runs"
    with pytest.raises(ValueError, match="it broke") as caught:
        training_run(script, {"how": "error"}, base=base, echo=False)
    run = latest_run(base)
    assert caught.value.__notes__ == [f"recorded in {run.path}"]
    assert (run.status, run.error, run.recorded) == ("failed", "ValueError: it broke", {"step": "begun"})
    assert run.traceback.splitlines()[1].startswith(f'  File "{script}", line 8')
    assert run.output.startswith("before\nTraceback")
    with pytest.raises(ArgumentError, match="ended with 'no data'"):
        training_run(script, {"how": "exit"}, base=base, echo=False)
    assert training_run(script, {"how": "well"}, base=base, echo=False).status == "completed"
    with pytest.raises(KeyboardInterrupt):
        training_run(script, {"how": "stop"}, base=base, echo=False)
    assert list(ls_runs(base)["status"]) == ["interrupted", "completed", "failed", "failed"]


def test_the_process_is_as_it_was_before(tmp_path, monkeypatch):
    (tmp_path / "helper.py").write_text("value = 1\n")
    script = write(
        tmp_path / "s.py",
        "import os, sys, helper\nprint(helper.value, sys.argv)\nos.chdir('/')\nsys.path.append('x')\n",
    )
    before = list(sys.argv), list(sys.path), os.getcwd(), sys.modules["__main__"], sys.stdout
    run = training_run(script, base=tmp_path / "runs", echo=False)
    assert run.output == f"1 {[str(script)]}\n" and run.source("helper.py") == "value = 1\n"
    assert (list(sys.argv), list(sys.path), os.getcwd(), sys.modules["__main__"], sys.stdout) == before
    assert "helper" not in sys.modules
    (tmp_path / "helper.py").write_text("value = 22\n")
    assert training_run(script, base=tmp_path / "runs", echo=False).output.startswith("22 ")


def test_flags_that_nobody_asks_for(tmp_path):
    script = write(tmp_path / "s.py", "print(1)\n")
    with pytest.warns(UserWarning, match="never asked for them"):
        assert training_run(script, {"units": 3}, base=tmp_path / "runs", echo=False).flags == {"units": 3}


def test_folders_of_ones_own(tmp_path):
    script = write(tmp_path / "s.py", "print('x')\n")
    run = training_run(script, run_dir=tmp_path / "mine", echo=False)
    assert run.path == tmp_path / "mine"
    with pytest.raises(ArgumentError, match="in use"):
        training_run(script, run_dir=tmp_path / "mine", echo=False)
    with pytest.raises(DataError, match=r"no such script[\s\S]*did you mean 's\.py'"):
        training_run(tmp_path / "t.py")


def test_runs_may_be_nested_and_threads_wait(tmp_path):
    inner = write(tmp_path / "inner.py", "from nyuron.runs import run_dir\nprint(run_dir().name)\n")
    outer = write(
        tmp_path / "outer.py",
        f"from nyuron.runs import *\nr = training_run({str(inner)!r}, base={str(tmp_path / 'in')!r})\n"
        "print(r.name != run_dir().name, run_dir().name)\n",
    )
    run = training_run(outer, base=tmp_path / "out", echo=False)
    (within,) = (tmp_path / "in").iterdir()
    assert run.output.splitlines() == [within.name, f"True {run.name}"]
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda i: training_run(inner, base=tmp_path / "t", echo=False), range(8)))
    assert all(run.output == f"{run.name}\n" for run in runs)


def _make(arguments):
    base, count = arguments
    return [new_run_folder(Path(base), "run").name for _ in range(count)]


def test_no_name_collides(tmp_path):
    with ThreadPoolExecutor(16) as pool:
        names = [name for made in pool.map(_make, [(str(tmp_path), 60)] * 16) for name in made]
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        names += [name for made in pool.map(_make, [(str(tmp_path), 60)] * 4) for name in made]
    assert len(names) == len(set(names)) == len(list(tmp_path.iterdir())) == 1200


def test_output_as_it_was_seen(tmp_path):
    script = write(
        tmp_path / "s.py",
        "import sys\nfor i in range(3): sys.stdout.write(f'\\r{i} of 2')\nprint('\\r\\x1b[32mdone  \\x1b[0m')\n"
        "print('é', file=sys.stderr)\nsys.stdout.write('open')\n",
    )
    assert training_run(script, base=tmp_path / "runs", echo=False).output == "done\né\nopen\n"


def test_a_run_whose_process_died_is_interrupted(tmp_path):
    import socket

    here = socket.gethostname()
    dead = fake_run(tmp_path, "dead", status="running", process={"host": here, "pid": 2**22 + 1})
    other = fake_run(tmp_path, "other", status="running", process={"host": here, "pid": os.getpid(), "begun": "before"})
    alive = fake_run(tmp_path, "alive", status="running", process={"host": here, "pid": os.getpid()})
    assert [run_info(folder).status for folder in (dead, other, alive)] == ["interrupted", "interrupted", "running"]


def test_damaged_runs_do_not_hide_the_others(tmp_path):
    fake_run(tmp_path, "good")
    (fake_run(tmp_path, "torn") / "run.json").write_text('{"format": 1')
    (fake_run(tmp_path, "odd") / "run.json").write_text("[]")
    fake_run(tmp_path, "later", format=2)
    (tmp_path / "no run").mkdir()
    frame = ls_runs(tmp_path)
    assert sorted(frame["status"]) == ["completed", "damaged", "damaged", "damaged"]
    with pytest.raises(FileFormatError, match="later version"):
        run_info(tmp_path / "later")
    with pytest.raises(DataError, match="the folder is no run"):
        run_info(tmp_path / "no run")


def test_a_fit_outside_of_a_run_is_not_watched():
    assert nyuron.callbacks.watchers() == []


def test_tuning_goes_on_where_it_ended(tmp_path, capsys):
    script = write(
        tmp_path / "s.py",
        "from nyuron.runs import flags\nF = flags(a=1, b='x')\nif F.a == 2 and F.b == 'x': raise ValueError('two')\nprint(F.a, F.b)\n",
    )
    base, space = tmp_path / "runs", {"a": [1, 2, 3], "b": ["x", "y"]}
    frame = tuning_run(script, space, base=base)
    assert list(frame["status"]).count("failed") == 1 and len(frame) == 6
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("1/6  a=1 b=x") and "failed: ValueError: two" in said[2]
    seen = []
    frame = tuning_run(script, space, base=base, on_run=seen.append)
    assert [(p.run.given, p.done, p.wanted, p.failed) for p in seen] == [({"a": 2, "b": "x"}, 6, 6, 1)]
    assert list(frame["flag_a"]) == [1, 1, 2, 2, 3, 3] and len(list(base.iterdir())) == 7
    script.write_text(script.read_text().replace("raise ValueError('two')", "pass"))
    tuning_run(script, space, base=base, on_run=seen.append)
    assert len(seen) == 7  # a changed script is another script


def test_tuning_stops_at_an_interrupt(tmp_path):
    script = write(tmp_path / "s.py", "from nyuron.runs import flags\nif flags(a=1).a == 2: raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        tuning_run(script, {"a": [1, 2, 3]}, base=tmp_path / "runs", on_run=lambda p: None)
    assert list(ls_runs(tmp_path / "runs", decreasing=False)["status"]) == ["completed", "interrupted"]


def test_samples():
    from nyuron.runs._space import combinations

    space = {"a": range(8), "b": range(9), "c": range(9)}
    every, chosen = combinations(space, 0.7, seed=1)
    assert every == 648 and len(chosen) == 454 and len({json.dumps(c) for c in chosen}) == 454
    assert combinations(space, 0.7, seed=1)[1] == chosen and combinations(space, 0.7, seed=2)[1] != chosen
    assert combinations({"a": [1, 2], "b": "x"}) == (2, [{"a": 1, "b": "x"}, {"a": 2, "b": "x"}])
    for wrong, message in (({"a": []}, "no values"), ({"a": [1, 1]}, "given twice")):
        with pytest.raises(ArgumentError, match=message):
            combinations(wrong)
    with pytest.raises(ArgumentError, match="a share of all"):
        combinations(space, 1.5)


def test_confirming(tmp_path, monkeypatch):
    import io

    script = write(tmp_path / "s.py", "from nyuron.runs import flags\nflags(a=1)\n")
    monkeypatch.setattr(sys, "stdin", io.StringIO("n\n"))
    assert len(tuning_run(script, {"a": [1, 2]}, base=tmp_path / "runs", confirm=True)) == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert len(tuning_run(script, {"a": [1, 2]}, base=tmp_path / "runs", confirm=True)) == 2


def test_killed_at_any_moment_and_resumed(tmp_path):
    import subprocess
    import time

    script = write(tmp_path / "s.py", "import time\nfrom nyuron.runs import flags\nflags(a=1)\ntime.sleep(0.05)\n")
    code = (
        f"from nyuron.runs import tuning_run; tuning_run({str(script)!r}, {{'a': list(range(30))}}, "
        f"base={str(tmp_path / 'runs')!r}, on_run=lambda p: None)"
    )
    rng = np.random.default_rng(0)
    for round_ in range(3):
        process = subprocess.Popen([sys.executable, "-c", code])
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and len(list((tmp_path / "runs").glob("*/run.json"))) < 8 * (round_ + 1):
            time.sleep(0.01)
        time.sleep(float(rng.uniform(0, 0.1)))
        process.kill()
        process.wait()
    tuning_run(script, {"a": list(range(30))}, base=tmp_path / "runs", on_run=lambda p: None)
    frame = ls_runs(tmp_path / "runs")
    completed = sorted(frame["flag_a"][frame["status"] == "completed"].astype(int))
    assert completed == list(range(30))
    assert (frame["status"] != "completed").sum() <= 3


def test_the_lock_is_free_again(tmp_path):
    done = []
    script = write(tmp_path / "s.py", "1 / 0\n")

    def work():
        with pytest.raises(ZeroDivisionError):
            training_run(script, base=tmp_path / "runs", echo=False)
        done.append(1)

    for _ in range(2):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(30)
    assert done == [1, 1]
