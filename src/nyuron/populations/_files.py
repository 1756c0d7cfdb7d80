"""Populations on disk."""

from __future__ import annotations

import os
from typing import Any

from nyuron.callbacks import History
from nyuron.core import FileFormatError, custom_objects, from_config, to_config
from nyuron.models._files import compile_config
from nyuron.populations._member import Seat
from nyuron.saving import fill_tree, name_arrays, read_archive, write_archive

KIND = "nyuron-population"


def save_population(seats: list[Seat], histories: list[History], filepath: str | os.PathLike[str]) -> None:
    """See Population.save."""
    documents, arrays = [], {}
    for i, seat in enumerate(seats):
        model = seat.model
        documents.append(
            {
                "model": to_config(model),
                "compile": compile_config(model.compiled),
                "hyperparameters": to_config(seat.values),
                "seed": seat.seed,
                "drawn": seat.drawn,
                "history": _written(histories[i]) if histories else None,
            }
        )
        own = {"params": model.slot.params, "state": model.slot.state}
        arrays |= {f"{i}/{name}": a for name, a in name_arrays(own).items()}
    write_archive(filepath, KIND, {"members": documents}, arrays)


def _written(history: History) -> dict[str, Any]:
    return {
        "epoch": history.epoch,
        "history": history.history,
        "stop_reason": history.stop_reason,
        "seed": history.seed,
    }


def load_population(filepath: str | os.PathLike[str], known: Any) -> tuple[list[Seat], list[History]]:
    """See Population.load."""
    documents, arrays = read_archive(filepath, KIND)
    members = documents.get("members")
    if not isinstance(members, list) or not members:
        raise FileFormatError(
            "the file holds no members", who=str(filepath), expected="a population", fix="save it again"
        )
    seats, histories = [], []
    by_member: dict[str, dict[str, Any]] = {}
    for name, array in arrays.items():
        number, _, rest = name.partition("/")
        by_member.setdefault(number, {})[rest] = array
    for i, member in enumerate(members):
        try:
            with custom_objects(known):
                model, settings = from_config(member["model"]), from_config(member["compile"])
                values = from_config(member["hyperparameters"])
            seed, drawn, history = int(member["seed"]), int(member["drawn"]), member["history"]
            like = {"params": model.slot.params, "state": model.slot.state}
        except (KeyError, TypeError, AttributeError) as error:
            raise FileFormatError(
                f"member {i} is incomplete", who=str(filepath), got=repr(error), fix="save the population again"
            ) from error
        filled = fill_tree(like, by_member.get(str(i), {}), str(filepath))
        model.put_weights(filled["params"], filled["state"])
        model.compile(**{name: value for name, value in settings.items() if name == "optimizer" or value is not None})
        seats.append(Seat.of(model, values, seed, drawn))
        if history is not None:
            histories.append(_read(history))
    return seats, histories


def _read(values: dict[str, Any]) -> History:
    history = History()
    history.epoch, history.history = list(values["epoch"]), dict(values["history"])
    history.stop_reason, history.seed = values["stop_reason"], values["seed"]
    return history
