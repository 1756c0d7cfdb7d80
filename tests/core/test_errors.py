"""The words of errors: what they suggest."""

from __future__ import annotations

import pytest

from nyuron.core._errors import suggestion
from nyuron.initializers import VarianceScaling
from nyuron.utils import load_img


@pytest.mark.parametrize(
    "given, said",
    [
        ("fan-in", "did you mean mode='fan_in'?"),
        ("FAN_OUT", "did you mean mode='fan_out'?"),
        ("xyz", "mode='fan_in' or mode='fan_out' or mode=None"),
        (3, "mode='fan_in' or mode='fan_out' or mode=None"),
    ],
)
def test_a_suggestion_is_the_nearest_value_or_each(given: object, said: str) -> None:
    assert suggestion("mode", given, ("fan_in", "fan_out", None)) == said


def test_errors_of_arguments_suggest_the_value_that_was_meant() -> None:
    with pytest.raises(ValueError, match=r"did you mean mode='fan_avg'\?"):
        VarianceScaling(mode="fan_average")((3, 4))
    with pytest.raises(ValueError, match=r"got:      'greyscale'[\s\S]*did you mean color_mode='grayscale'\?"):
        load_img("picture.png", color_mode="greyscale")
