"""What every backend asks of a document or a checkpoint before it keeps or looks for it."""

from openline.errors import InvalidInput, InvariantBroken
from openline.limits import DOCUMENT_BYTES_MAX, DOCUMENT_NAME_MAX
from openline.store.ports import StoredCheckpoint


def check_name(kind: str, name: str) -> None:
    """Return if a document may have this kind and name. Raises: InvalidInput."""
    check_word(kind, "kind")
    check_word(name, "name")


def check_word(word: str, what: str, *, shortest: int = 1) -> None:
    """Return if every backend can keep the word. Raises: InvalidInput."""
    if not shortest <= len(word) <= DOCUMENT_NAME_MAX:
        raise InvalidInput(
            f"the {what} of a document has {len(word):,} characters",
            cure=f"use {shortest} to {DOCUMENT_NAME_MAX}",
            field=what,
        )
    if "\0" in word or any("\ud800" <= character <= "\udfff" for character in word):
        raise InvalidInput(
            f"the {what} of a document holds what is no character", cure="use text", field=what
        )


def check_body(body: bytes) -> None:
    """Return if a document may be so long. Raises: InvalidInput."""
    if len(body) > DOCUMENT_BYTES_MAX:
        raise InvalidInput(
            f"a document of {len(body):,} bytes",
            cure=f"keep it within {DOCUMENT_BYTES_MAX:,}",
            field="body",
        )


def check_checkpoint(before: StoredCheckpoint | None, after: StoredCheckpoint) -> None:
    """Return if a checkpoint may take the place of that of its size. Raises: InvariantBroken."""
    if before is not None and before.root != after.root:
        raise InvariantBroken(
            "there is a checkpoint of that size with another root", size=after.size
        )
