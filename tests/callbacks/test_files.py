"""Callbacks that write files: their names, contents and moments against Keras's; event files by TensorBoard's reader."""

import csv

import numpy as np
import pytest

import nyuron
from callbacks.parity import VALID, X, Y, both, network
from nyuron.callbacks import BackupAndRestore, Callback, CSVLogger, ModelCheckpoint, TensorBoard
from nyuron.core import ArgumentError

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Can save best model only:UserWarning"),
    pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5:UserWarning"),
]

CHECKPOINTS = {
    "every epoch": {"name": "m-{epoch:02d}"},
    "figures in the name": {"name": "{epoch}-{val_loss:.2f}-{mae:.3f}"},
    "best": {"name": "b-{epoch}", "save_best_only": True},
    "best of the most": {"name": "b-{epoch}", "save_best_only": True, "monitor": "val_mae", "mode": "max"},
    "better than": {"name": "b-{epoch}", "save_best_only": True, "monitor": "loss", "initial_value_threshold": 0.5},
    "weights": {"name": "w-{epoch}", "save_weights_only": True},
    "steps": {"name": "s-{epoch}-{batch:03d}", "save_freq": 3},
    "absent": {"name": "a-{epoch}", "save_best_only": True, "monitor": "absent", "mode": "min"},
    "folders": {"name": "deep/{epoch}/model"},
}


@pytest.mark.parametrize("case", CHECKPOINTS)
def test_checkpoints_are_written_when_keras_writes_them(case, tmp_path):
    settings = dict(CHECKPOINTS[case])
    name = settings.pop("name")

    def make(room):
        folder = tmp_path / room.__name__
        suffix = ".nyuron" if room is nyuron else ".weights.h5" if "save_weights_only" in settings else ".keras"
        return [room.callbacks.ModelCheckpoint(str(folder / name) + suffix, **settings)]

    both(make, rate=0.3, epochs=4)
    ours, theirs = (sorted(p for p in (tmp_path / room).rglob("*") if p.is_file()) for room in ("nyuron", "keras"))
    assert [p.relative_to(tmp_path / "nyuron").with_suffix("") for p in ours] == [
        p.relative_to(tmp_path / "keras").with_suffix("").with_suffix("")
        if "weights" in case
        else p.relative_to(tmp_path / "keras").with_suffix("")
        for p in theirs
    ]
    assert len(ours) > 0


def test_checkpoints_hold_the_weights_of_their_moment(tmp_path):
    seen = {}

    class Look(Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen[epoch + 1] = self.model.get_weights()

    model = network(nyuron)
    whole, weights = (
        ModelCheckpoint(tmp_path / "m{epoch}.nyuron"),
        ModelCheckpoint(tmp_path / "w{epoch}.nyuron", save_weights_only=True),
    )
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[Look(), whole, weights])
    for epoch, kept in seen.items():
        again, other = nyuron.models.load_model(tmp_path / f"m{epoch}.nyuron"), network(nyuron)
        other.load_weights(tmp_path / f"w{epoch}.nyuron")
        for a, b, c in zip(again.get_weights(), other.get_weights(), kept, strict=True):
            assert np.array_equal(a, c) and np.array_equal(b, c)
    assert int(again.optimizer.iterations) == 6


def test_checkpoint_of_the_best_step(tmp_path):
    best = ModelCheckpoint(tmp_path / "{epoch}-{batch}.nyuron", "loss", save_best_only=True, mode="max", save_freq=2)
    network(nyuron).fit(X, Y, epochs=2, batch_size=16, shuffle=False, verbose=0, callbacks=best)
    assert [p.name for p in tmp_path.iterdir()] == ["1-2.nyuron"]


def test_checkpoint_says_what_it_does(tmp_path, capsys):
    told = ModelCheckpoint(tmp_path / "m.nyuron", "loss", verbose=1, save_best_only=True, mode="max")
    network(nyuron).fit(X, Y, epochs=2, verbose=0, callbacks=told)
    lines = [line for line in capsys.readouterr().out.splitlines() if line]
    assert lines[0].startswith("Epoch 1: loss improved from None to ") and lines[0].endswith("m.nyuron")
    assert lines[1].startswith("Epoch 1: finished saving model to")
    assert lines[2].startswith("Epoch 2: loss did not improve from") and len(lines) == 3


def test_checkpoint_errors(tmp_path):
    with pytest.raises(ArgumentError, match="save_freq cannot be used"):
        ModelCheckpoint("m", save_freq="batch")
    with pytest.raises(ArgumentError, match="the file name asks for 'acc', which is not logged"):
        network(nyuron).fit(X, Y, verbose=0, callbacks=ModelCheckpoint(tmp_path / "m-{acc}.nyuron"))


@pytest.mark.parametrize(
    "options", [{}, {"validation_freq": 2}, {"validation_data": None}, {"separator": ";"}, {"callback": True}]
)
def test_csv_logger(options, tmp_path):
    options = dict(options)
    separator, adds = options.pop("separator", ","), options.pop("callback", False)

    def make(room):
        made = [room.callbacks.CSVLogger(str(tmp_path / f"{room.__name__}.csv"), separator=separator)]
        vector = room.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(both=[1.0, 2.0]))
        return [vector, *made] if adds else made

    both(make, **options)
    assert_same_table(tmp_path, separator)


def test_csv_logger_goes_on(tmp_path):
    for times in range(2):
        both(
            lambda room: [room.callbacks.CSVLogger(str(tmp_path / f"{room.__name__}.csv"), append=True)],
            epochs=2 * times + 2,
            initial_epoch=2 * times,
        )
    assert_same_table(tmp_path, ",")
    assert len((tmp_path / "nyuron.csv").read_text().splitlines()) == 5
    both(lambda room: [room.callbacks.CSVLogger(str(tmp_path / f"{room.__name__}.csv"))], epochs=1)
    assert_same_table(tmp_path, ",")


def assert_same_table(folder, separator):
    tables = []
    for name in ("nyuron", "keras"):
        with (folder / f"{name}.csv").open(newline="") as file:
            tables.append(list(csv.reader(file, delimiter=separator)))
    ours, theirs = tables
    assert ours[0] == theirs[0] and len(ours) == len(theirs)
    for a, b in zip(ours[1:], theirs[1:], strict=True):
        assert [c for c in a if not _is_number(c)] == [c for c in b if not _is_number(c)]
        numbers = [[float(c) for c in row if _is_number(c)] for row in (a, b)]
        np.testing.assert_allclose(*numbers, rtol=1e-4)


def _is_number(cell):
    return cell.replace(".", "").replace("e-", "").isdigit()


class Break(Callback):
    """Raises at a step, as a machine that fails would."""

    def __init__(self, epoch, batch):
        super().__init__()
        self.at, self.epoch = (epoch, batch), 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_begin(self, batch, logs=None):
        if (self.epoch, batch) == self.at:
            raise ConnectionError


@pytest.mark.parametrize(("save_freq", "at", "steps_again"), [("epoch", (2, 1), 8), (3, (2, 3), 5), (1, (1, 3), 9)])
def test_backup_goes_on_to_the_same_bits(save_freq, at, steps_again, tmp_path):
    options = {"batch_size": 16, "epochs": 4, "validation_data": VALID, "verbose": 0, "seed": 3}
    whole, looks = network(nyuron), nyuron.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: None)
    expected = whole.fit(X, Y, callbacks=[nyuron.callbacks.EarlyStopping(patience=3), looks], **options)
    broken = network(nyuron)
    backup = BackupAndRestore(tmp_path / "backup", save_freq=save_freq)
    with pytest.raises(ConnectionError):
        broken.fit(X, Y, callbacks=[backup, nyuron.callbacks.EarlyStopping(patience=3), Break(*at)], **options)
    options.pop("seed")
    steps = []
    again, stopper = network(nyuron), nyuron.callbacks.EarlyStopping(patience=3)
    counter = nyuron.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: steps.append(batch))
    history = again.fit(X, Y, callbacks=[backup, stopper, counter], **options)
    assert len(steps) == steps_again
    assert history.history == expected.history and history.epoch == expected.epoch
    assert stopper.best == min(expected.history["val_loss"])
    for a, b in zip(again.get_weights(), whole.get_weights(), strict=True):
        assert np.array_equal(a, b)
    assert not (tmp_path / "backup").exists()


def test_backup_that_is_kept_and_doubled(tmp_path):
    folder = tmp_path / "backup"
    backup = BackupAndRestore(folder, double_checkpoint=True, delete_checkpoint=False)
    options = {"verbose": 0, "batch_size": 25, "seed": 0}
    first = network(nyuron)
    first.fit(X, Y, epochs=3, callbacks=backup, **options)
    assert sorted(p.name for p in folder.iterdir()) == ["state.nyuron", "state.nyuron.previous"]
    done = network(nyuron)
    assert done.fit(X, Y, epochs=3, callbacks=backup, **options).epoch == [0, 1, 2]
    assert np.array_equal(done.get_weights()[0], first.get_weights()[0])
    (folder / "state.nyuron").write_bytes(b"damaged")
    again = network(nyuron)
    assert again.fit(X, Y, epochs=3, callbacks=backup, **options).epoch == [0, 1, 2]
    np.testing.assert_allclose(again.get_weights()[0], first.get_weights()[0], rtol=1e-6)


def test_backup_errors():
    with pytest.raises(ArgumentError, match="backup_dir is empty"):
        BackupAndRestore("")
    with pytest.raises(ArgumentError, match="save_freq cannot be used"):
        BackupAndRestore("backup", save_freq="batch")


def read_events(folder):
    """{tag: [(step, value)]}, and the tags of histograms and images."""
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    found = reader.EventAccumulator(str(folder))
    found.Reload()
    tags = found.Tags()
    return {tag: [(e.step, e.value) for e in found.Scalars(tag)] for tag in tags["scalars"]}, tags


def test_tensorboard(tmp_path):
    model = network(nyuron)
    board = TensorBoard(
        tmp_path, histogram_freq=2, update_freq=3, write_images=True, write_steps_per_second=True, profile_batch=0
    )
    history = model.fit(X, Y, batch_size=16, epochs=3, verbose=0, callbacks=board, validation_data=VALID).history
    train, tags = read_events(tmp_path / "train")
    assert set(train) == {
        *("epoch_loss", "epoch_mae", "epoch_learning_rate", "epoch_steps_per_second", "batch_loss", "batch_mae")
    }
    np.testing.assert_allclose([v for _, v in train["epoch_loss"]], history["loss"], rtol=1e-6)
    assert [step for step, _ in train["epoch_loss"]] == [0, 1, 2]
    assert [step for step, _ in train["batch_loss"]] == [3, 6, 9, 12]
    np.testing.assert_allclose(train["batch_loss"][-1][1], history["loss"][-1], rtol=1e-6)
    assert train["epoch_learning_rate"][0][1] == pytest.approx(0.05)
    assert len(tags["histograms"]) == 4 and len(tags["images"]) == 3  # A single number makes no picture.
    assert all(tag.endswith("/histogram") and tag.startswith("dense") for tag in tags["histograms"])
    checked, _ = read_events(tmp_path / "validation")
    np.testing.assert_allclose([v for _, v in checked["epoch_mae"]], history["val_mae"], rtol=1e-6)
    assert [step for step, _ in checked["evaluation_loss_vs_iterations"]] == [4, 8, 12]


def test_tensorboard_in_evaluate(tmp_path):
    model = network(nyuron)
    loss, _ = model.evaluate(X, Y, verbose=0, callbacks=TensorBoard(tmp_path))
    checked, _ = read_events(tmp_path / "validation")
    assert checked["evaluation_loss_vs_iterations"] == [(0, pytest.approx(loss))]
    with pytest.raises(ArgumentError, match="update_freq cannot be used"):
        TensorBoard(update_freq="step")


def test_csv_logger_makes_its_folder(tmp_path):
    network(nyuron).fit(X, Y, verbose=0, callbacks=CSVLogger(tmp_path / "new" / "log.csv"))
    assert (tmp_path / "new" / "log.csv").read_text().startswith("epoch,loss,mae")
