"""Version 1: references, availability, reports and the record."""

from typing import Final

from openline.store.sqlite.migrations.step import Step

_META = """
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID, STRICT
"""
_INTENTS = """
CREATE TABLE intents (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    manager TEXT NOT NULL,
    uss_base_url TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    ovn TEXT NOT NULL,
    extents BLOB NOT NULL,
    time_start INTEGER NOT NULL,
    time_end INTEGER NOT NULL,
    subscription_id TEXT,
    updated_at INTEGER NOT NULL
) STRICT
"""
_INTENTS_OF_SUBSCRIPTION = """
CREATE INDEX intents_by_subscription ON intents (subscription_id)
WHERE subscription_id IS NOT NULL
"""
_CONSTRAINTS = """
CREATE TABLE constraints (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    manager TEXT NOT NULL,
    uss_base_url TEXT NOT NULL,
    version INTEGER NOT NULL,
    ovn TEXT NOT NULL,
    extents BLOB NOT NULL,
    time_start INTEGER NOT NULL,
    time_end INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT
"""
_SUBSCRIPTIONS = """
CREATE TABLE subscriptions (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    manager TEXT NOT NULL,
    uss_base_url TEXT NOT NULL,
    version TEXT NOT NULL,
    notification_index INTEGER NOT NULL,
    extents BLOB NOT NULL,
    time_end INTEGER NOT NULL,
    notify_for_operational_intents INTEGER NOT NULL,
    notify_for_constraints INTEGER NOT NULL,
    implicit INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT
"""
_AVAILABILITY = """
CREATE TABLE availability (
    uss_id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    version TEXT NOT NULL
) WITHOUT ROWID, STRICT
"""
_REPORTS = """
CREATE TABLE reports (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    party TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT
"""
# Rows are only ever added, so the next number is the greatest plus one: no gaps.
_RECORDS = """
CREATE TABLE records (
    sequence INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    party TEXT NOT NULL,
    kind TEXT NOT NULL,
    body BLOB NOT NULL
) STRICT
"""
_TABLES: Final = (
    *("intents", "constraints", "subscriptions"),
    *("availability", "reports", "records", "meta"),
)

STEP: Final = Step(
    version=1,
    title="references, availability, reports and the record",
    up=(
        _META,
        "INSERT INTO meta (name, value) VALUES ('schema', 0), ('commits', 0), ('checks', 0)",
        _INTENTS,
        _INTENTS_OF_SUBSCRIPTION,
        _CONSTRAINTS,
        _SUBSCRIPTIONS,
        _AVAILABILITY,
        _REPORTS,
        _RECORDS,
    ),
    down=tuple(f"DROP TABLE {table}" for table in _TABLES),
)
