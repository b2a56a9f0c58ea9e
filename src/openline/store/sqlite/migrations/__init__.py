"""Every step of the schema, upward and downward, in order."""

from typing import Final

from openline.store.sqlite.migrations import m0001_references, m0002_expiry, m0003_documents
from openline.store.sqlite.migrations.step import Step

STEPS: Final[tuple[Step, ...]] = (m0001_references.STEP, m0002_expiry.STEP, m0003_documents.STEP)

assert [step.version for step in STEPS] == list(range(1, len(STEPS) + 1)), "steps count from 1"
