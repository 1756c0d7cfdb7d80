"""What everything else stands on: pytree descriptions, keys, configs, errors. Imports nothing of ours."""

from nyuron.core._config import (
    Configurable,
    custom_objects,
    find_custom,
    from_config,
    init_arguments,
    register,
    register_custom,
    registered_name,
    to_config,
)
from nyuron.core._errors import (
    ArgumentError,
    DataError,
    FileFormatError,
    KindError,
    MissingPackageError,
    NyuronError,
    ShapeError,
    StateError,
    UnknownNameError,
    nearest,
    unknown_name,
)
from nyuron.core._kept import KeptProgram, kept_program
from nyuron.core._keys import fold, key_from, key_of, next_seed, seed_data, seeded, set_random_seed
from nyuron.core._module import fields_by_role, is_module, label, module, replace, static
from nyuron.core._names import counting_anew, snake_case, unique_name
from nyuron.core._runtime import cache_folder, usable_cores, use_compilation_cache
from nyuron.core._types import Array, Key, Params, Scalar, Shape, State
from nyuron.core._weight import Weight

__all__ = [
    "ArgumentError",
    "Array",
    "Configurable",
    "DataError",
    "FileFormatError",
    "KeptProgram",
    "Key",
    "KindError",
    "MissingPackageError",
    "NyuronError",
    "Params",
    "Scalar",
    "Shape",
    "ShapeError",
    "State",
    "StateError",
    "UnknownNameError",
    "Weight",
    "cache_folder",
    "counting_anew",
    "custom_objects",
    "fields_by_role",
    "find_custom",
    "fold",
    "from_config",
    "init_arguments",
    "is_module",
    "kept_program",
    "key_from",
    "key_of",
    "label",
    "module",
    "nearest",
    "next_seed",
    "register",
    "register_custom",
    "registered_name",
    "replace",
    "seed_data",
    "seeded",
    "set_random_seed",
    "snake_case",
    "static",
    "to_config",
    "unique_name",
    "unknown_name",
    "usable_cores",
    "use_compilation_cache",
]
