"""A fit in a real terminal: Ctrl-C gives the history so far, and the bar keeps within the window."""

import os
import re
import select
import sys
import time

import pytest

from nyuron.callbacks import progress

pty = pytest.importorskip("pty", reason="a pseudo-terminal")
# The child is another program at once, so that other threads' locks do not matter.
pytestmark = pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")

PROGRAM = """
import numpy as np, nyuron
x = np.random.default_rng(0).normal(size=(200000, 4)).astype("float32")
y = x.sum(1, keepdims=True)
model = nyuron.Sequential([*(nyuron.layers.Dense(64, activation="relu") for _ in range(2)), nyuron.layers.Dense(1)])
model.compile("adam", "mse", metrics=["mae", "mse"])
seen = []
history = model.fit(x, y, epochs=100000, batch_size=4, validation_data=(x[:64], y[:64]), callbacks=[
    nyuron.callbacks.LambdaCallback(on_train_end=lambda logs: seen.append(sorted(logs)))
])
print("LEFT", len(history.epoch), len(history.history.get("loss", [])), history.stop_reason, seen)
print("GOES ON", model.predict(x[:1], verbose=0).shape, model.evaluate(x, y, verbose=0)[0] < 1e6)
history = model.fit(x, y, epochs=1, batch_size=1000, verbose=0)
print("AGAIN", history.stop_reason)
"""


def in_terminal(program, when, columns, presses=1):
    """Run a program in a terminal and press Ctrl-C once `when` is on the screen. Gives the exit code and the text."""
    pid, terminal = pty.fork()
    if not pid:
        os.environ.update(COLUMNS=columns, TERM="xterm")
        os.execv(sys.executable, [sys.executable, "-c", program])
    seen, limit = b"", time.monotonic() + 120
    while time.monotonic() < limit:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                got = os.read(terminal, 65536)
            except OSError:
                break
            if not got:
                break
            seen += got
        if presses and re.search(when, seen):
            presses -= 1
            os.write(terminal, b"\x03")
            time.sleep(0.5)
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), seen.decode()


@pytest.mark.parametrize("columns", ["60", "100"])
def test_ctrl_c_in_the_middle_of_an_epoch(columns):
    code, said = in_terminal(PROGRAM, rb"Epoch 2/100000  +[1-9]\d*/50000 [^\r]*loss", columns)
    assert code == 0, said
    epoch, step = re.search(r"Interrupted in epoch (\d+), step (\d+) of 100000 epochs; the model keeps", said).groups()
    assert int(epoch) >= 2 and 0 < int(step) < 50000
    done = int(epoch) - 1
    seen = "[['loss', 'mae', 'mse', 'val_loss', 'val_mae', 'val_mse']]"
    assert f"LEFT {done} {done} interrupted in epoch {epoch}, step {step} {seen}" in said
    assert "GOES ON (1, 1) True" in said and "AGAIN None" in said
    bars = [line.rstrip() for line in re.split(r"[\r\n]+", said) if "─" in line or "━" in line]
    assert len(bars) > 2 and max(map(len, bars)) < int(columns)
    assert any("loss:" in line and "━" in line and "─" in line for line in bars)
    assert re.search(r"Epoch 1/100000  50000/50000  \ds \d+us/step - loss: .* - val_mse: ", said)


def test_the_second_ctrl_c_interrupts_at_once():
    program = PROGRAM.replace("callbacks=[", "callbacks=[nyuron.callbacks.LambdaCallback(on_epoch_begin=wait),")
    program = "import time\ndef wait(epoch, logs):\n    print('WAITS')\n    time.sleep(100)\n" + program
    code, said = in_terminal(program, rb"WAITS", "80", presses=2)
    assert code != 0 and "KeyboardInterrupt" in said and "LEFT" not in said


class Screen:
    """A terminal that keeps what is written."""

    encoding = "ascii"

    def __init__(self):
        self.text = ""

    def isatty(self):
        return True

    def write(self, text):
        self.text += text

    def flush(self): ...


def test_bar(monkeypatch):
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "62")
    bar = progress("auto", 12, 40)
    bar.begin_epoch(2)
    assert screen.text == "\rEpoch 3/12   0/40 ----------"
    screen.text = ""
    bar.update(20, {"loss": 0.5, "accuracy": 0.25, "mean_absolute_error": 1.0})
    assert screen.text == "\rEpoch 3/12  20/40 =====----- loss: 0.5000 - accuracy: 0.2500"
    assert not bar.is_due()
    screen.text = ""
    bar.end_epoch(2, {"loss": 0.5}, 40, 0.2)
    assert screen.text.rstrip() == "\rEpoch 3/12  40/40  0s 5ms/step - loss: 0.5000" and screen.text.endswith("\n")
    screen.text = ""
    bar.close()
    assert screen.text == ""
    stream = progress(1, 1, None)
    stream.begin_epoch(0)
    stream.update(7, {"loss": 1e-9})
    assert screen.text.endswith("\rEpoch 1/1  7 steps loss: 1.0000e-09")


def test_no_bar_outside_a_terminal(capsys):
    progress("auto", 1, 4).end_epoch(0, {"loss": 0.5}, 4, 2.0)
    assert capsys.readouterr().out == "4/4 - 2s - 500ms/step - loss: 0.5000\n"
