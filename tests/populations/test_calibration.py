"""The cost model behind the number of members side by side."""

import json
from types import SimpleNamespace

import jax
import numpy as np
import pytest

import nyuron
from nyuron import layers, train
from nyuron.populations import _calibration, _plan
from nyuron.populations._calibration import Calibration
from nyuron.populations._member import Field, Given, Seat, job_for

# A device that takes 8 µs for what is small, whatever the number, and then 1 µs for a million multiply-adds.
SIZES, WIDTHS = _calibration.SIZES, _calibration.WIDTHS
GPU_LIKE = Calibration(WIDTHS, SIZES, tuple(tuple(max(8e-6, 1e-12 * w * 32 * n * n) for w in WIDTHS) for n in SIZES))
CORE_LIKE = Calibration(WIDTHS, SIZES, tuple(tuple(1e-10 * w * 32 * n * n for w in WIDTHS) for n in SIZES))


def test_measured_points_come_back_and_others_lie_between():
    for row, size in zip(GPU_LIKE.seconds, SIZES, strict=True):
        for seconds, width in zip(row, WIDTHS, strict=True):
            assert GPU_LIKE.layer_seconds(32 * size**2, width) == pytest.approx(seconds / width)
    # in proportion beyond the largest, constant below the smallest
    largest = 32 * SIZES[-1] ** 2
    assert CORE_LIKE.layer_seconds(10 * largest, 1) == pytest.approx(10 * CORE_LIKE.layer_seconds(largest, 1))
    assert GPU_LIKE.layer_seconds(1, 1) == pytest.approx(8e-6)
    assert GPU_LIKE.layer_seconds(1, 1024) == pytest.approx(8e-6 * 4 / 1024, rel=1e-6)
    between = [CORE_LIKE.layer_seconds(32 * n * n, 2) for n in (16, 30, 64, 100, 256)]
    np.testing.assert_allclose(between, [1e-10 * 32 * n * n for n in (16, 30, 64, 100, 256)], rtol=1e-6)


def test_width_is_the_smallest_that_is_about_as_fast_as_any():
    small, large = [32 * 16 * 16.0] * 3, [32 * 1024 * 1024.0]
    assert GPU_LIKE.best_width(small, 10**6) == 256
    assert GPU_LIKE.best_width(small, 70) == 64
    assert GPU_LIKE.best_width(large, 10**6) == 1
    assert CORE_LIKE.best_width(small, 10**6) == 1


def test_measuring_sees_that_more_work_takes_longer():
    found = _calibration.measure(jax.devices()[0], sizes=(16, 512), widths=(1, 4))
    assert found.sizes == (16, 512) and found.widths == (1, 4)
    (small, _), (large, side_by_side) = found.seconds
    # a thousand times the work, and four times that: far apart on the noisiest machine
    assert 0 < small < large / 10
    assert side_by_side > large


def test_what_was_measured_is_kept_and_a_broken_file_is_measured_again(tmp_path, monkeypatch):
    monkeypatch.setenv("NYURON_CACHE", str(tmp_path))
    calls = []
    monkeypatch.setattr(_calibration, "measure", lambda device: calls.append(device) or GPU_LIKE)
    device = jax.devices()[0]
    for expected in (1, 1):
        _calibration._calibrated.cache_clear()
        assert _calibration.calibration(device) == GPU_LIKE
        assert len(calls) == expected
    (file,) = (tmp_path / "speeds").iterdir()
    kept = json.loads(file.read_text())
    for broken in ("{", "[]", json.dumps(kept | {"name": "another"}), json.dumps(kept | {"seconds": [[1, -1]]})):
        file.write_text(broken)
        _calibration._calibrated.cache_clear()
        calls.clear()
        assert _calibration.calibration(device) == GPU_LIKE
        assert len(calls) == 1
    _calibration._calibrated.cache_clear()


def test_plan_for_an_accelerator_follows_what_was_measured(monkeypatch):
    def build():
        model = nyuron.Sequential([layers.Dense(16, "relu", input_shape=(16,)), layers.Dense(1)])
        model.compile("sgd", "mse")
        return model

    x = np.zeros((64, 16), np.float32)
    job = job_for(Seat(build, {}, 1), Field(Given(x, x[:, :1])), train.Settings(batch_size=32))
    device = SimpleNamespace(platform="gpu", device_kind="test", memory_stats=lambda: {"bytes_limit": 1 << 34})
    monkeypatch.setattr(_plan, "calibration", lambda device: GPU_LIKE)
    plan = _plan.plan_members(job, devices=[device])
    assert plan.width == 256
    assert "1 gpu device, 256 members side by side" in plan.reasons[0]
    assert "16 µs alone and 0.06" in plan.reasons[0]
    small = SimpleNamespace(**{**vars(device), "memory_stats": lambda: {"bytes_limit": 40 * _plan.member_bytes(job)}})
    assert _plan.plan_members(job, devices=[small]).width == 16
