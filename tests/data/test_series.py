"""Windows of a series that never look ahead, over no gap, with the seasons beside them."""

import numpy as np
import pytest

from nyuron.core import ArgumentError, DataError
from nyuron.data import Steps, load_series, series_dataset, windowed


def test_a_window_comes_before_its_target():
    steps = Steps(np.stack([np.arange(50.0), 100 + np.arange(50.0)], axis=1), np.arange(50), ("a", "b"))
    data = series_dataset("s", steps, "b", window=4, horizon=3, test=10)
    x, y = np.concatenate([data.x_train, data.x_test]), np.concatenate([data.y_train, data.y_test])
    np.testing.assert_array_equal(y, x[:, -1, 1] + 3)
    assert data.rows == (34, 10) and data.kind == "series" and data.series.times.tolist() == list(range(40, 50))


def test_no_window_reaches_over_a_gap():
    times = np.delete(np.datetime64("2020-01-01", "s") + np.arange(30) * np.timedelta64(1, "D"), [9, 10, 20])
    steps = Steps(np.arange(27.0)[:, None], times, ("a",))
    assert steps.breaks().tolist() == [9, 18]
    firsts = steps.windows(4, 2)
    spans = windowed(np.arange(27)[:, None], firsts, 6)[..., 0]
    assert all(np.all(np.diff(times[span]) == np.timedelta64(1, "D")) for span in spans)
    assert len(firsts) == 3 * (9 - 6 + 1)


@pytest.mark.parametrize(
    ("step", "count", "seasons"),
    [("D", 1000, ("year",)), ("D", 500, ()), ("h", 100, ("day",)), ("h", 24 * 800, ("year", "day")), ("m", 3, ())],
)
def test_seasons_are_those_that_can_be_learned(step, count, seasons):
    times = (np.datetime64("2020-01-01", "s") + np.arange(count) * np.timedelta64(1, step)).astype("datetime64[s]")
    steps = Steps(np.zeros((count, 1)), times, ("a",))
    assert steps.seasons() == seasons
    circle = steps.with_seasons(seasons)[:, 1:].reshape(count, -1, 2)
    np.testing.assert_allclose((circle**2).sum(-1), 1.0, atol=1e-5)


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y-%m-%d %H:%M", "%d.%m.%Y"])
def test_times_are_read_as_people_write_them(tmp_path, form):
    days = [np.datetime64("2021-03-05") + i for i in range(40)]
    rows = [f"{day.item().strftime(form)},{i}" for i, day in enumerate(days)]
    (tmp_path / "t.csv").write_text("when,a\n" + "\n".join(rows[::-1]))
    data = load_series(tmp_path / "t.csv", time="when", window=3)
    assert data.series.times[-1] == days[-1] and data.y_test[-1] == 39 and data.target_name == "a"


def test_what_cannot_be_used(tmp_path):
    steps = Steps(np.zeros((10, 1)), np.arange(10), ("a",))
    for sizes in ({"window": 10}, {"window": 0}, {"horizon": 0}, {"window": 3, "test": 0.0}, {"window": 3, "test": 7}):
        with pytest.raises(ArgumentError, match="windows"):
            series_dataset("s", steps, "a", **sizes)
    (tmp_path / "t.csv").write_text("a,b\nx,1\ny,2\nz,3\n")
    with pytest.raises(DataError, match="no numbers"):
        load_series(tmp_path / "t.csv")
