"""Each test gets a new, empty database, and one server that it may stop."""

from collections.abc import Iterator

import pytest

from tests.postgres_server import PostgresServer, postgres_dsn


@pytest.fixture
def dsn() -> str:
    """Address of an empty database."""
    return postgres_dsn()


@pytest.fixture(scope="session")
def own_server() -> PostgresServer:
    """A server that nobody else uses: tests may stop it."""
    return PostgresServer()


@pytest.fixture(params=["gist", "cells"])
def index(request: pytest.FixtureRequest) -> str:
    """Both kinds of index."""
    return str(request.param)


@pytest.fixture
def stores() -> Iterator[list]:
    """Stores to close at the end."""
    opened: list = []
    yield opened
    for store in opened:
        store.close()
