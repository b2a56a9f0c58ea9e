"""Version 3: documents, and checkpoints of the record."""

from typing import Final

from openline.store.sqlite.migrations.step import Step

_DOCUMENTS: Final = """
CREATE TABLE documents (
    key INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    body BLOB NOT NULL,
    UNIQUE (kind, name)
) STRICT
"""
_CHECKPOINTS: Final = """
CREATE TABLE checkpoints (
    size INTEGER PRIMARY KEY,
    root BLOB NOT NULL,
    note TEXT NOT NULL
) STRICT
"""

STEP: Final = Step(
    version=3,
    title="documents, and checkpoints of the record",
    up=(_DOCUMENTS, _CHECKPOINTS),
    down=("DROP TABLE documents", "DROP TABLE checkpoints"),
)
