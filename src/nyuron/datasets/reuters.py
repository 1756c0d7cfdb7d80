"""Reuters: newswires as lists of word numbers, in 46 topics."""

from __future__ import annotations

from nyuron.datasets._housing import Parts, check_test_split
from nyuron.datasets._npz import load_arrays
from nyuron.datasets._object_array import as_object_array
from nyuron.datasets._sequences import limited, marked, read_word_index, shorter, shuffled
from nyuron.datasets._store import KERAS_FILES, Remote, fetch

_CHECKSUM = "sha256:d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"
_WORDS_CHECKSUM = "md5:4d44cc38712099c9e383dc6e5f11a921"
_TOPICS = """
cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton carcass crude
nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock retail ipi iron-steel rubber
heat jobs lei bop zinc orange pet-chem dlr gas silver wpi hog lead
"""
CLASS_NAMES = tuple(_TOPICS.split())


def load_data(
    path: str = "reuters.npz",
    num_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> Parts:
    """11 228 newswires, each a list of word numbers; `test_split` of them for testing. Arguments as in `imdb`.

    Shapes: x (n,) lists of integers, y (n,) 0 … 45.
    Raises: DataError with how to place the file by hand when there is no network; FileFormatError for a damaged file;
        ArgumentError if no text is shorter than maxlen.
    Source: keras.datasets.reuters.load_data; Reuters-21578, Lewis 1997. Differs from Keras: the file's lists
        are read by a reader that can make lists of numbers and nothing else, and calls nothing.
    """
    check_test_split(test_split)
    texts, labels = load_arrays(fetch("reuters", Remote(path, KERAS_FILES + "reuters.npz", _CHECKSUM)), "x", "y")
    texts, labels = shuffled(seed, texts, labels)
    listed, labels = shorter(marked(list(texts), start_char, index_from), labels, maxlen)
    listed = limited(listed, num_words, skip_top, oov_char)
    cut = int(len(listed) * (1 - test_split))
    return (as_object_array(listed[:cut]), labels[:cut]), (as_object_array(listed[cut:]), labels[cut:])


def get_word_index(path: str = "reuters_word_index.json") -> dict[str, int]:
    """Words and their numbers, counted from 1: a word of number k is k + index_from in the texts.

    Source: keras.datasets.reuters.get_word_index.
    """
    return read_word_index(fetch("reuters", Remote(path, KERAS_FILES + "reuters_word_index.json", _WORDS_CHECKSUM)))


def get_label_names() -> tuple[str, ...]:
    """The 46 topics: topic k is the k-th.

    Source: keras.datasets.reuters.get_label_names.
    """
    return CLASS_NAMES
