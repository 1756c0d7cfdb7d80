"""The order in which Keras lists the layers of a functional model, and so its weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nyuron.layers import Step


def keras_order(inputs: int, steps: Sequence[Step], outputs: Sequence[tuple[int, int | None]]) -> list[int]:
    """Layer numbers by decreasing distance from the outputs; those equally far as a walk from the outputs meets them.

    Source: keras.src.ops.function.map_graph.
    """
    met: dict[int, int] = {}
    finished: list[int] = []
    done: set[int] = set()

    def visit(place: int) -> None:
        waiting: list[tuple[int, Iterator[int], bool]] = [(place, iter(()), True)]
        while waiting:
            here, sources, is_new = waiting.pop()
            if is_new:
                if here in done or here < inputs:
                    continue
                step = steps[here - inputs]
                met.setdefault(step.layer, len(met))
                sources = iter([at for at, _ in step.inputs])
            following = next(sources, None)
            if following is None:
                if here not in done:
                    done.add(here)
                    finished.append(here)
                continue
            waiting.append((here, sources, False))
            waiting.append((following, iter(()), True))

    for place, _ in outputs:
        visit(place)
    depths: dict[int, int] = {}
    layer_depths: dict[int, int] = {}
    for place in reversed(finished):
        step = steps[place - inputs]
        depth = max(depths.get(place, 0), layer_depths.get(step.layer, 0))
        depths[place] = layer_depths[step.layer] = depth
        for source, _ in step.inputs:
            depths[source] = max(depth + 1, depths.get(source, 0))
    return sorted(layer_depths, key=lambda layer: (-layer_depths[layer], met[layer]))
