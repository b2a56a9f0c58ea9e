"""The sentence of a conflict, for reading out."""

from openline.airspace.conflict import Conflict


def sentence(conflict: Conflict) -> str:
    """One English sentence."""
    raise NotImplementedError
