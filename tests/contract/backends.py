"""Where stores live, so that one suite can open, close and reopen any of them."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from openline.store.ports import Store


@dataclass
class Place:
    """A new, empty place for a store. `open` may be called again after the store is closed."""

    opener: Callable[[], Store]
    durable: bool
    opened: list[Store] = field(default_factory=list)

    def open(self) -> Store:
        """A store on what is there."""
        store = self.opener()
        self.opened.append(store)
        return store

    def close(self) -> None:
        """Close whatever a test left open."""
        for store in self.opened:
            store.close()
        self.opened.clear()


def _memory(_: Path) -> Place:
    return Place(_class("openline.store.memory", "MemoryStore"), durable=False)


def _sqlite(folder: Path) -> Place:
    opener = _class("openline.store.sqlite.store", "SqliteStore")
    return Place(lambda: opener(folder / "contract.db"), durable=True)


def _postgres(**options: Any) -> Callable[[Path], Place]:
    def place(_: Path) -> Place:
        opener = _class("openline.store.postgres.store", "PostgresStore")
        try:
            server = importlib.import_module("tests.postgres_server").shared_server()
        except OSError as error:
            pytest.skip(f"POSTGRES NOT TESTED: its server does not start: {error}")
        dsn = server.dsn()
        return Place(lambda: opener(dsn, **options), durable=True)

    return place


def _class(module: str, name: str) -> Callable[..., Store]:
    try:
        found: Callable[..., Store] = getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        pytest.skip(f"{module.upper()} NOT TESTED: {error}")
    return found


BACKENDS: Final[dict[str, Callable[[Path], Place]]] = {
    "memory": _memory,
    "sqlite": _sqlite,
    "postgres": _postgres(index="gist"),
    "postgres-cells": _postgres(index="cells"),
}
