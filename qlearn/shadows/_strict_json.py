"""JSON without repeated keys, with errors that name the place."""

import json
from typing import Any

from ..persistence import FileFormatError


def parse_json(name: str, text: str) -> Any:
    """Return the content of a JSON text.

    Parameters
    ----------
    name : str
        Of the file, for messages.
    text : str
    """
    try:
        return json.loads(text, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        raise FileFormatError(f"{name!r}, line {error.lineno}, column {error.colno}: {error.msg}.") from error
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"{name!r} cannot be read: {error}") from error


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key {key[:80]!r} comes twice in one object")
        found[key] = value
    return found
