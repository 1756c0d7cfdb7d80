"""Ctrl-C and a request to terminate in a real terminal: what was learned is measured, written and shown."""

import json
import os
import re
import select
import signal
import sys
import time

import pytest

pty = pytest.importorskip("pty", reason="a pseudo-terminal")
# The child is another program at once, so that other threads' locks do not matter.
pytestmark = pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")


def in_terminal(arguments, folder, when, act, columns="80"):
    """Run `nyuron` in a terminal; once `when` is on the screen, `act(pid, terminal)`. Gives the exit code and the text."""
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(folder)
        os.environ.update(COLUMNS=columns, TERM="xterm")
        os.execv(sys.executable, [sys.executable, "-m", "nyuron", *arguments])
    seen, is_done, limit = b"", False, time.monotonic() + 120
    while time.monotonic() < limit:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                got = os.read(terminal, 65536)
            except OSError:
                break
            if not got:
                break
            seen += got
        if not is_done and re.search(when, seen):
            is_done = True
            act(pid, terminal)
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", seen.decode())


def press(pid, terminal):
    os.write(terminal, b"\x03")


def terminate(pid, terminal):
    os.kill(pid, signal.SIGTERM)


@pytest.mark.parametrize("act", [press, terminate])
def test_what_was_learned_is_kept(tmp_path, act):
    code, said = in_terminal(["train", "digits", "--epochs", "100000", "--patience", "0"], tmp_path, rb"Epoch 9/", act)
    assert code == 130, said
    said = " ".join(said.split())
    assert "the model keeps its weights" in said and "what was learned until then is kept" in said
    (folder,) = (tmp_path / "runs").iterdir()
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["stopped"].startswith("interrupted in epoch") and metrics["accuracy"] > 0.5
    assert "was interrupted after" in (folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("columns", ["60", "100"])
def test_the_bar_keeps_within_the_terminal(tmp_path, columns):
    code, said = in_terminal(["train", "digits", "--epochs", "2"], tmp_path, rb"never", press, columns)
    assert code == 0
    drawn = [line for line in re.split(r"[\r\n]+", said) if line.startswith("Epoch ")]
    assert any("val_accuracy" in line for line in drawn)
    bars = [line for line in drawn if "━" in line]
    assert bars and max(map(len, bars)) <= int(columns)


def test_restarts_that_have_ended_are_kept(tmp_path):
    asked = ["train", "iris", "--hidden", "4", "--restarts", "64", "--epochs", "20000", "--patience", "0"]
    code, said = in_terminal(asked, tmp_path, rb"\r[1-9]\d*/64 members", press)
    assert code == 130, said
    assert "had not ended when they were interrupted" in " ".join(said.split())
    (folder,) = (tmp_path / "runs").iterdir()
    metrics = json.loads((folder / "metrics.json").read_text())
    assert (
        metrics["stopped"].startswith("interrupted") and metrics["best_epoch"] and (folder / "model.nyuron").is_file()
    )
    assert None in metrics["restart_losses"]
