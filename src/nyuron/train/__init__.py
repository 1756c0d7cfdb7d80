"""The compiled run: step, loop, population, run state, stopping."""

from nyuron.train._advance import Plan, advance, evaluate_program, evaluation, run_program
from nyuron.train._crew import Crew, is_out_of_memory
from nyuron.train._diagnose import NonFiniteLossWarning, first_non_finite
from nyuron.train._ending import EpochEnd, batch_slices, evaluate_watched
from nyuron.train._group import Ground, Group, Member, Trained
from nyuron.train._members import Members, lanes_for, train_all, train_members
from nyuron.train._one_of import OneOf, can_be_one_of, with_one_of
from nyuron.train._orders import epoch_order, epoch_orders, epochs_at_once
from nyuron.train._packed import PackedRun, packing_of
from nyuron.train._run import EpochLogs, Pace, Run, Settings, on_device
from nyuron.train._state import CONVERGED, NOT_FINITE, RUNNING, STOPPED, RunState, start_state
from nyuron.train._step import evaluate_step, train_step
from nyuron.train._stopping import StoppingRule, StoppingState, restored
from nyuron.train._stream import StreamRun, array_chunks, evaluate_chunks, gathered
from nyuron.train._task import Batch, Head, Sums, Task, add_figures, measure, numbers_as_arrays, results, zero_sums

__all__ = [
    "CONVERGED",
    "NOT_FINITE",
    "RUNNING",
    "STOPPED",
    "Batch",
    "Crew",
    "EpochEnd",
    "EpochLogs",
    "Ground",
    "Group",
    "Head",
    "Member",
    "Members",
    "NonFiniteLossWarning",
    "OneOf",
    "Pace",
    "PackedRun",
    "Plan",
    "Run",
    "RunState",
    "Settings",
    "StoppingRule",
    "StoppingState",
    "StreamRun",
    "Sums",
    "Task",
    "Trained",
    "add_figures",
    "advance",
    "array_chunks",
    "batch_slices",
    "can_be_one_of",
    "epoch_order",
    "epoch_orders",
    "epochs_at_once",
    "evaluate_chunks",
    "evaluate_program",
    "evaluate_step",
    "evaluate_watched",
    "evaluation",
    "first_non_finite",
    "gathered",
    "is_out_of_memory",
    "lanes_for",
    "measure",
    "numbers_as_arrays",
    "on_device",
    "packing_of",
    "restored",
    "results",
    "run_program",
    "start_state",
    "train_all",
    "train_members",
    "train_step",
    "with_one_of",
    "zero_sums",
]
