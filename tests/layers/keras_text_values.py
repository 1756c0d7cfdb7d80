"""What Keras makes of texts and integers: these layers of its need TensorFlow, so their values are kept in a file.

Run with TensorFlow installed, and KERAS_BACKEND=tensorflow, it writes keras_text_values.json anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".json")
TEXTS = ["The quick brown fox, jumped!", "the the fox; over lazy-dogs", "", "ueber fox 한글 3.5", "a b  c\td\ne", "foo bar", "baz foo"]  # fmt: skip
ASKED = [*TEXTS, "unknown fox"]
WORDS = ["A", "", "hello", "한글", "가나다라마바사" * 30, "word " * 50, *("q" * n for n in (3, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 200))]  # fmt: skip
ROWS, ASKED_ROWS = [["a", "b", "b"], ["c", "a", "b"], ["", "d", "a"]], [["a", "b", "z"], ["", "d", "q"]]
NUMBERS, ASKED_NUMBERS = [[1, 2, 2], [3, 1, 2], [0, 4, 1]], [[1, 2, 9], [0, 4, 100]]
MODES = [{"output_mode": mode} for mode in ("multi_hot", "count", "tf_idf")]
CASES: list[tuple[str, dict[str, Any]]] = [
    *(("TextVectorization", options) for options in (
        {}, *MODES, {"standardize": None}, {"standardize": "lower"}, {"standardize": "strip_punctuation"},
        {"split": "character"}, {"ngrams": 2}, {"ngrams": (1, 3)}, {"output_sequence_length": 3}, {"max_tokens": 6},
        {"max_tokens": 6, "output_mode": "multi_hot"}, {"ragged": True},
        {"max_tokens": 40, "output_mode": "tf_idf", "pad_to_max_tokens": True},
    )),
    *(("StringLookup", options) for options in (
        {}, *MODES, {"num_oov_indices": 3}, {"mask_token": ""}, {"mask_token": "", "num_oov_indices": 2},
        {"num_oov_indices": 3, "output_mode": "count"}, {"salt": 7, "num_oov_indices": 3}, {"max_tokens": 3},
        {"mask_token": "", "output_mode": "multi_hot"}, {"output_mode": "one_hot"},
    )),
    *(("IntegerLookup", options) for options in ({}, *MODES, {"num_oov_indices": 3}, {"mask_token": 0})),
    *(("Hashing", options) for options in (
        {"num_bins": 1000003}, {"num_bins": 7, "mask_value": ""}, {"num_bins": 1000003, "salt": 133},
        {"num_bins": 1000003, "salt": (133, 137)},
    )),
]  # fmt: skip
DATA = {"TextVectorization": TEXTS, "StringLookup": ROWS, "IntegerLookup": NUMBERS, "Hashing": None}
QUESTIONS = {"TextVectorization": ASKED, "StringLookup": ASKED_ROWS, "IntegerLookup": ASKED_NUMBERS, "Hashing": WORDS}


def name_of(case: tuple[str, dict[str, Any]]) -> str:
    return f"{case[0]} {json.dumps(case[1])}"


def question(name: str, options: dict[str, Any]) -> Any:
    asked = QUESTIONS[name]
    return [row[:1] for row in asked] if options.get("output_mode") == "one_hot" else asked


def main() -> None:
    import keras
    import numpy as np
    import tensorflow as tf

    answers = {}
    for name, options in CASES:
        layer = getattr(keras.layers, name)(**options)
        if DATA[name] is not None:
            layer.adapt(np.array(DATA[name]))
        answer = layer(tf.constant(question(name, options)))
        tokens = [t if isinstance(t, str) else int(t) for t in layer.get_vocabulary()] if DATA[name] else None
        values = answer.to_list() if hasattr(answer, "to_list") else np.asarray(answer).tolist()
        answers[name_of((name, options))] = {"values": values, "tokens": tokens}
    FILE.write_text(json.dumps(answers, ensure_ascii=False, indent=0).replace("\n", " ") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
