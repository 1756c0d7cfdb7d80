"""Records of runs: made, listed, compared, and thrown away. The names are those of R's tfruns."""

from nyuron.runs._active import flags, is_run_active, record, run_dir
from nyuron.runs._compare import Comparison, compare_runs
from nyuron.runs._find import latest_run, run_info
from nyuron.runs._flags import Flags, parse_arguments, read_flags
from nyuron.runs._info import RunInfo, better
from nyuron.runs._keep import clean_runs, copy_run, copy_run_files, purge_runs
from nyuron.runs._list import ls_runs, rows_of, select
from nyuron.runs._mlflow import to_mlflow
from nyuron.runs._tensorboard import to_tensorboard
from nyuron.runs._training_run import training_run
from nyuron.runs._tuning_run import Progress, tuning_run

__all__ = [
    "Comparison",
    "Flags",
    "Progress",
    "RunInfo",
    "better",
    "clean_runs",
    "compare_runs",
    "copy_run",
    "copy_run_files",
    "flags",
    "is_run_active",
    "latest_run",
    "ls_runs",
    "parse_arguments",
    "purge_runs",
    "read_flags",
    "record",
    "rows_of",
    "run_dir",
    "run_info",
    "select",
    "to_mlflow",
    "to_tensorboard",
    "training_run",
    "tuning_run",
]
