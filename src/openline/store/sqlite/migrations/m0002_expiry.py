"""Version 2: what has ended is found without looking at what has not."""

from typing import Final

from openline.store.sqlite.migrations.step import Step

_TABLES: Final = ("intents", "constraints", "subscriptions")

STEP: Final = Step(
    version=2,
    title="indexes by end",
    up=tuple(f"CREATE INDEX {table}_by_end ON {table} (time_end, id)" for table in _TABLES),
    down=tuple(f"DROP INDEX {table}_by_end" for table in _TABLES),
)
