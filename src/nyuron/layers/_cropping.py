"""Series, images and volumes with their borders cut off."""

from __future__ import annotations

from typing import Any

from jax import lax

from nyuron.core import Array, Params, Shape, ShapeError, State, module, static
from nyuron.layers._borders import Borders, as_borders, as_tuples, check_borders
from nyuron.layers._call import Call
from nyuron.layers._spatial import Spatial


@module
class Cropping(Spatial):
    """What the layers that cut borders off share.

    Shapes: x (batch, *space, channels) -> (batch, *smaller space, channels).
    Source: keras.layers.Cropping2D and its kin.
    """

    takes_integers = True

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "cropping", as_tuples(self.__dict__["cropping"]))

    def borders(self) -> Borders:
        """Values cut off before and behind each spatial axis."""
        return as_borders(self.__dict__["cropping"], self.rank)

    def check_shapes(self, *shapes: Shape) -> None:
        super().check_shapes(*shapes)
        check_borders(self, "cropping")
        self.check_fits(shapes[0])

    def check_fits(self, shape: Shape) -> None:
        """Raise ShapeError where nothing would be left; sizes that are unknown at first show when it is applied."""
        for axis, (before, behind) in zip(self.space(), self.borders(), strict=True):
            n = shape[axis]
            if n is not None and n <= before + behind:
                raise ShapeError(
                    "nothing is left of the input",
                    who=self.described(),
                    expected=f"more than {before + behind} values along axis {axis}",
                    got=shape,
                    fix=f"cropping={max((n - 1) // 2, 0)} at most, or a larger input",
                )

    def compute_output_shape(self, *shapes: Shape) -> Shape:
        pairs = zip(self.sizes(shapes[0]), self.borders(), strict=True)
        sizes = tuple(None if n is None else n - before - behind for n, (before, behind) in pairs)
        return self.with_sizes(shapes[0], sizes, shapes[0][self.channel_axis()])

    def apply(self, params: Params, state: State, x: Array, *, call: Call) -> tuple[Array, State]:
        self.check_fits(x.shape)
        for axis, (before, behind) in zip(self.space(), self.borders(), strict=True):
            x = lax.slice_in_dim(x, before, x.shape[axis] - behind, axis=axis)
        return x, state


@module
class Cropping1D(Cropping):
    """The first and last steps cut off; `cropping` is one number, or (before, behind).

    Shapes: x (batch, steps, channels) -> (batch, steps − before − behind, channels).
    Raises: ShapeError for other shapes, or where nothing would be left; ArgumentError for a cropping that cannot be
        read.
    Source: keras.layers.Cropping1D.
    Example:
        >>> Cropping1D((1, 2))(jnp.arange(5.0).reshape(1, 5, 1)).ravel().tolist()
        [1.0, 2.0]
    """

    cropping: Any = static((1, 1))
    rank = 1


@module
class Cropping2D(Cropping):
    """Images without their borders; `cropping` is one number, (height, width), or ((top, bottom), (left, right)).

    Shapes: x (batch, height, width, channels) -> (batch, height − top − bottom, width − left − right, channels); with
        data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes, or where nothing would be left; ArgumentError for a cropping that cannot be
        read.
    Source: keras.layers.Cropping2D.
    Example:
        >>> Cropping2D(((1, 1), (0, 2)))(jnp.ones((1, 5, 6, 3))).shape
        (1, 3, 4, 3)
    """

    cropping: Any = static(((0, 0), (0, 0)))
    data_format: str | None = static(None)
    rank = 2


@module
class Cropping3D(Cropping):
    """Volumes without their borders; `cropping` is one number, one for each axis, or (before, behind) for each.

    Shapes: x (batch, depth, height, width, channels) -> the three in the middle smaller by before + behind; with
        data_format "channels_first" channels stand second.
    Raises: ShapeError for other shapes, or where nothing would be left; ArgumentError for a cropping that cannot be
        read.
    Source: keras.layers.Cropping3D.
    Example:
        >>> Cropping3D()(jnp.ones((1, 5, 6, 7, 2))).shape
        (1, 3, 4, 5, 2)
    """

    cropping: Any = static(((1, 1), (1, 1), (1, 1)))
    data_format: str | None = static(None)
    rank = 3
