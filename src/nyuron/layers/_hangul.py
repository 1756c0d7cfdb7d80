"""Hangul syllables and their letters, by the arithmetic of Unicode.

A syllable is ``0xAC00 + (initial · 21 + medial) · 28 + final`` for 19 initials, 21 medials and 27 finals (0: none).

Source: The Unicode Standard, section 3.12.
"""

from __future__ import annotations

_SYLLABLE, _INITIAL, _MEDIAL, _FINAL = 0xAC00, 0x1100, 0x1161, 0x11A7
_INITIALS, _MEDIALS, _FINALS = 19, 21, 28


def decompose(text: str) -> str:
    """Each syllable as its letters (jamo), initial, medial and, where there is one, final; all else as it is.

    Initials and finals are different characters, so that `compose` finds the way back.

    Example:
        >>> [hex(ord(letter)) for letter in decompose("한")]
        ['0x1112', '0x1161', '0x11ab']
    """
    letters = []
    for character in text:
        number = ord(character) - _SYLLABLE
        if not 0 <= number < _INITIALS * _MEDIALS * _FINALS:
            letters.append(character)
            continue
        rest, final = divmod(number, _FINALS)
        initial, medial = divmod(rest, _MEDIALS)
        letters.append(chr(_INITIAL + initial) + chr(_MEDIAL + medial) + (chr(_FINAL + final) if final else ""))
    return "".join(letters)


def compose(text: str) -> str:
    """Letters put together to syllables, as macOS's file names need; all else as it is.

    Example:
        >>> compose(decompose("한글 abc")) == "한글 abc"
        True
    """
    done: list[str] = []
    for character in text:
        code = ord(character)
        before = ord(done[-1]) if done else 0
        if 0 <= code - _MEDIAL < _MEDIALS and 0 <= before - _INITIAL < _INITIALS:
            done[-1] = chr(_SYLLABLE + ((before - _INITIAL) * _MEDIALS + code - _MEDIAL) * _FINALS)
        elif 0 < code - _FINAL < _FINALS and is_open(before):
            done[-1] = chr(before + code - _FINAL)
        else:
            done.append(character)
    return "".join(done)


def is_open(code: int) -> bool:
    """Whether this is a syllable without a final."""
    number = code - _SYLLABLE
    return 0 <= number < _INITIALS * _MEDIALS * _FINALS and number % _FINALS == 0
