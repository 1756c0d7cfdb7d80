"""CIFAR-100: small colour pictures in a hundred classes, grouped by twenty."""

from __future__ import annotations

from nyuron.core import ArgumentError
from nyuron.datasets._cifar import load_records
from nyuron.datasets._idx_images import Images
from nyuron.datasets._store import Remote

_REMOTE = Remote(
    "cifar-100-binary.tar.gz",
    "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
    "md5:03b5dce01913d631647c71ecec9e9cb8",
)
_FOLDER = "cifar-100-binary"
_COARSE = """
aquatic_mammals fish flowers food_containers fruit_and_vegetables household_electrical_devices household_furniture
insects large_carnivores large_man-made_outdoor_things large_natural_outdoor_scenes large_omnivores_and_herbivores
medium_mammals non-insect_invertebrates people reptiles small_mammals trees vehicles_1 vehicles_2
"""
_FINE = """
apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle
caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant flatfish
forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle
mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine
possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar
sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle wardrobe whale willow_tree
wolf woman worm
"""
COARSE_NAMES = tuple(_COARSE.split())
CLASS_NAMES = tuple(_FINE.split())


def load_data(label_mode: str = "fine") -> Images:
    """50 000 + 10 000 colour pictures, 32×32, in 100 classes ('fine') or 20 groups of classes ('coarse').

    Looked for in NYURON_DATA and the cache (cifar-100-binary.tar.gz, or unpacked), then downloaded and checked.

    Shapes: x (n, 32, 32, 3) uint8 0 … 255, y (n, 1) uint8.
    Raises: ArgumentError for another label_mode; DataError with how to place the file by hand when there is no network;
        FileFormatError for a damaged file.
    Source: keras.datasets.cifar100.load_data; Krizhevsky 2009. Differs from Keras: reads the binary version, since the
        one for Python is pickled; checked against the MD5 sum that its author publishes.
    """
    if label_mode not in ("fine", "coarse"):
        raise ArgumentError(
            f"unknown label_mode {label_mode!r}",
            who="cifar100.load_data()",
            expected="'fine' or 'coarse'",
            got=repr(label_mode),
            fix="label_mode='fine'",
        )
    column = slice(1, 2) if label_mode == "fine" else slice(0, 1)
    x_train, y_train = load_records("cifar100", _REMOTE, _FOLDER, ("train.bin",), labels=2)
    x_test, y_test = load_records("cifar100", _REMOTE, _FOLDER, ("test.bin",), labels=2)
    return (x_train, y_train[:, column].copy()), (x_test, y_test[:, column].copy())
