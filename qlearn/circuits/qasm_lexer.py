"""Words of OpenQASM, one at a time, each with its place in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

MAX_CHARACTERS = 5_000_000

_PATTERN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<real>(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+)
      | (?P<integer>[0-9]+)
      | (?P<name>[^\W\d]\w*)
      | (?P<text>"[^"\n]*"|'[^'\n]*')
      | (?P<symbol>->|\*\*|/(?!\*)|[;,(){}\[\]+\-*^=@:])""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """One word.

    Attributes
    ----------
    kind : str
        `"real"`, `"integer"`, `"name"`, `"text"`, `"symbol"`, or `"end"` after the last.
    text : str
        As it stands in the source; a text keeps its quotes.
    place : int
        Index of its first character.
    """

    kind: str
    text: str
    place: int


class Source:
    """A text read word by word, with one word of foresight.

    Parameters
    ----------
    text : str
        At most 5 million characters.

    Raises
    ------
    TypeError
        If it is no str.
    ValueError
        If it is too long.
    """

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            raise TypeError(f"OpenQASM must be given as str, got {type(text).__name__}; decode or read the file first.")
        if len(text) > MAX_CHARACTERS:
            raise ValueError(f"OpenQASM text of {len(text)} characters is over the limit of {MAX_CHARACTERS}.")
        self._text = text
        self._tokens = self._scan()
        self.next = next(self._tokens)

    def _scan(self) -> Iterator[Token]:
        text, place = self._text, 0
        while place < len(text):
            match = _PATTERN.match(text, place)
            if match is None:
                self.fail(place, f"unexpected character {text[place]!r}{self._why(place)}")
            if match.lastgroup != "space":
                yield Token(str(match.lastgroup), match[0], place)
            place = match.end()
        while True:
            yield Token("end", "", len(text))

    def _why(self, place: int) -> str:
        if self._text.startswith("/*", place):
            return ": the comment that starts here has no end"
        if self._text[place] in "\"'":
            return ": the quoted text that starts here has no end on its line"
        if self._text[place] == "$":
            return ": physical qubits are not read; declare a register"
        if self._text[place] in "\0\ufeff\ufffe\ufffd":
            return ": the file was not decoded as UTF-8 text"
        return ""

    def fail(self, place: int, message: str) -> NoReturn:
        """Raise a ValueError with line and column.

        Parameters
        ----------
        place : int
            Index of the character that is at fault.
        message : str

        Raises
        ------
        ValueError
            Always.
        """
        line = self._text.count("\n", 0, place) + 1
        column = place - self._text.rfind("\n", 0, place)
        raise ValueError(f"OpenQASM, line {line}, column {column}: {message}.")

    def take(self) -> Token:
        """Return the next word and move on."""
        token = self.next
        self.next = next(self._tokens)
        return token

    def accept(self, text: str) -> bool:
        """Return whether the next word is this one, and if so move on.

        Parameters
        ----------
        text : str

        Returns
        -------
        bool
        """
        if self.next.text != text or self.next.kind == "text":
            return False
        self.take()
        return True

    def expect(self, text: str) -> Token:
        """Return the next word, which must be this one, and move on.

        Parameters
        ----------
        text : str

        Returns
        -------
        Token

        Raises
        ------
        ValueError
            If it is another.
        """
        if self.next.text != text or self.next.kind == "text":
            self.fail(self.next.place, f"expected {text!r}, got {self.shown()}")
        return self.take()

    def expect_kind(self, kind: str, what: str) -> Token:
        """Return the next word, which must be of this kind, and move on.

        Parameters
        ----------
        kind : str
        what : str
            What it would be, for the message.

        Returns
        -------
        Token

        Raises
        ------
        ValueError
            If it is of another kind.
        """
        if self.next.kind != kind:
            self.fail(self.next.place, f"expected {what}, got {self.shown()}")
        return self.take()

    def shown(self) -> str:
        """Return the next word for a message."""
        if self.next.kind == "end":
            return "the end of the text"
        return repr(self.next.text if len(self.next.text) <= 40 else self.next.text[:37] + "...")
