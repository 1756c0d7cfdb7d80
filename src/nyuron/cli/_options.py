"""What the main job may be asked for. Imports nothing heavy: help is made from it."""

# Annotations are values here: cyclopts reads those of a class that inherits from one of another file.
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Group, Parameter
from cyclopts.validators import Number

DATA = Group.create_ordered("Data")
NETWORK = Group.create_ordered("Network")
TRAINING = Group.create_ordered("Training")
RESULT = Group.create_ordered("Result")
OPTIONS = Group.create_ordered("Options")
EVERYWHERE = Group.create_ordered("Everywhere")

_POSITIVE = Number(gt=0)
_NOT_NEGATIVE = Number(gte=0)
_SHARE = (Number(gte=0), Number(lt=1))


@dataclass(frozen=True)
class TrainOptions:
    """Options of `nyuron train`; None where the data decide."""

    target: Annotated[
        str | None, Parameter(group=DATA, metavar="COLUMN", help="What to predict. Default: the last column.")
    ] = None
    drop: Annotated[
        tuple[str, ...],
        Parameter(group=DATA, metavar="COLUMN…", consume_multiple=True, negative="", help="Columns to leave out."),
    ] = ()
    missing: Annotated[
        Literal["error", "drop"],
        Parameter(group=DATA, help="Rows with gaps are an error, or are left out. Default: error."),
    ] = "error"
    time: Annotated[
        str | None,
        Parameter(
            group=DATA,
            metavar="COLUMN",
            help="The file is a series in order of this column: what comes next is predicted from what was before.",
        ),
    ] = None
    window: Annotated[
        int | None,
        Parameter(
            group=DATA,
            metavar="STEPS",
            validator=_POSITIVE,
            help="Of a series, the steps to predict from. Default: 30, at most a tenth of all.",
        ),
    ] = None
    horizon: Annotated[
        int | None,
        Parameter(
            group=DATA,
            metavar="STEPS",
            validator=_POSITIVE,
            help="Of a series, how far ahead is predicted. Default: 1.",
        ),
    ] = None
    task: Annotated[
        Literal["classification", "regression"] | None,
        Parameter(group=DATA, help="Classes or quantities, where the guess is wrong."),
    ] = None
    test: Annotated[
        float,
        Parameter(
            group=DATA,
            metavar="SHARE",
            validator=_SHARE,
            help="Rows held out to measure the result, where the data have no test part of their own. Default: 0.2.",
        ),
    ] = 0.2
    validation: Annotated[
        float | None,
        Parameter(
            group=DATA,
            metavar="SHARE",
            validator=_SHARE,
            help="Training rows that watch for over-fitting. Default: 0.15; none of fewer than 40 rows, or from 20 000 on.",
        ),
    ] = None

    model: Annotated[
        str,
        Parameter(
            group=NETWORK,
            metavar="mlp|cnn|lstm|gru|transformer|FILE.yaml",
            help="A network that fits the data, or your own. Default: mlp; gru for sounds and series; cnn for texts.",
        ),
    ] = "auto"
    hidden: Annotated[
        tuple[int, ...],
        Parameter(
            group=NETWORK,
            metavar="WIDTH…",
            consume_multiple=True,
            negative="",
            help="Units of the hidden layers: --hidden 128 64; of cnn the filters, of transformer a width for each block. Default: 64 64; 32 64 for cnn; 128 for lstm and gru; 256 for mlp on large pictures; fewer for texts and series.",
        ),
    ] = ()
    dropout: Annotated[
        float | None,
        Parameter(
            group=NETWORK,
            metavar="RATE",
            validator=_SHARE,
            help="Share of hidden units silent in a step. Default: 0; 0.4 for texts, 0.2 for series, 0.25 for cnn on large pictures.",
        ),
    ] = None

    epochs: Annotated[
        int | None,
        Parameter(
            group=TRAINING,
            metavar="N",
            validator=_NOT_NEGATIVE,
            help="Passes over the training rows. Default: 100 at most; 5 from 20 000 rows on.",
        ),
    ] = None
    batch_size: Annotated[
        int | None, Parameter(group=TRAINING, metavar="N", validator=_POSITIVE, help="Rows in a step. Default: 32.")
    ] = None
    optimizer: Annotated[
        str | None, Parameter(group=TRAINING, metavar="NAME", help="adam, sgd, rmsprop, lbfgs … Default: adam.")
    ] = None
    learning_rate: Annotated[
        float | None,
        Parameter(
            group=TRAINING,
            metavar="RATE",
            alias="--lr",
            validator=_POSITIVE,
            help="Step size. Default: the optimizer's own.",
        ),
    ] = None
    patience: Annotated[
        int | None,
        Parameter(
            group=TRAINING,
            metavar="N",
            validator=_NOT_NEGATIVE,
            help="Stop after so many epochs without a better validation loss, and go back to the best; 0 never stops. "
            "Default: 15; 0 without validation.",
        ),
    ] = None
    seed: Annotated[
        int,
        Parameter(
            group=TRAINING,
            metavar="N",
            validator=_NOT_NEGATIVE,
            help="Fixes the split, first weights, order, dropout. Default: 0.",
        ),
    ] = 0

    out: Annotated[
        Path, Parameter(group=RESULT, metavar="DIR", help="Where the run gets its folder. Default: runs.")
    ] = Path("runs")
    quiet: Annotated[bool, Parameter(group=RESULT, negative="", help="Print the result only.")] = False
