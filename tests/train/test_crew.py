"""Which device takes which piece of work."""

import jax
import pytest

from nyuron.train import Crew
from nyuron.train._crew import BACKLOG


@pytest.fixture
def waiting():
    """A crew of two whose work is handed in and chosen, but not done."""
    device = jax.devices()[0]
    crew = Crew([device, device])
    crew.cancel()

    def hand_in(*programs):
        return [crew.submit(lambda device: None, program) for program in programs]

    def choice(turn, known=(), others=()):
        crew._known = {"mine": set(known), "others": set(others)}
        work = crew._choice(set(known), turn)
        return "nothing" if work is None else work.program

    return crew, hand_in, choice


def test_what_nobody_has_goes_to_devices_in_turn(waiting):
    _, hand_in, choice = waiting
    hand_in("a", "b", "c")
    assert choice(0) == "a"
    assert choice(1) == "b"


def test_a_program_one_has_comes_first_and_anothers_last(waiting):
    _, hand_in, choice = waiting
    hand_in("a", "b", "a")
    assert choice(0, known=("b",)) == "b"
    # its turn was the other's, but nobody has it
    assert choice(1, others=("b",)) == "a"
    assert choice(1, others=("a", "b")) == "nothing"


def test_much_waiting_work_is_shared(waiting):
    _, hand_in, choice = waiting
    hand_in(*["a"] * (BACKLOG - 1))
    assert choice(1, others=("a",)) == "nothing"
    hand_in("a")
    assert choice(1, others=("a",)) == "a"


def test_work_without_a_program_is_anybodys_and_takes_no_turn(waiting):
    _, hand_in, choice = waiting
    hand_in(None, "a")
    assert choice(1, others=("b",)) is None
    assert choice(0) is None
    hand_in("b")
    assert waiting[0]._turns == {"a": 0, "b": 1}
