"""Decoders by the names that people type."""

import inspect
import re


def decoder_name(cls: type) -> str:
    """Return the name of a class of decoders on the command line, such as "gap-stacking"."""
    words = cls.__name__.removesuffix("Decoder")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", words).lower()


def decoder_classes() -> dict[str, type]:
    """Return every decoder of the package by its name."""
    from .. import decoders

    found = (getattr(decoders, name) for name in decoders.__all__)
    concrete = (c for c in found if inspect.isclass(c) and issubclass(c, decoders.AbstractDecoder))
    return {decoder_name(cls): cls for cls in concrete if not inspect.isabstract(cls)}
