"""Two parties, at two server processes, who set one availability from the same version."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from openline.airspace.reference import UssAvailability
from openline.app.caller import Caller
from openline.app.dss.availability import get_availability, set_availability
from openline.app.services import Services
from openline.errors import VersionMismatch
from openline.store.postgres.store import PostgresStore
from openline.wiring import SystemClock
from tests.contract.samples import NOON

ROUNDS, AT_ONCE = 20, 6
STATES = (UssAvailability.NORMAL, UssAvailability.DOWN)


@pytest.mark.parametrize("locking", ["advisory", "serializable"])
def test_of_those_who_know_the_same_version_one_succeeds(
    dsn: str, stores: list, locking: str
) -> None:
    stores += [PostgresStore(dsn, locking=locking) for _ in range(2)]
    servers = [Services(store, SystemClock()) for store in stores]

    def attempt(number: int, version: str) -> bool:
        caller = Caller(f"arbiter{number}", frozenset())
        state = STATES[number // 2 % 2]
        try:
            set_availability(servers[number % 2], caller, "uss1", state, version, NOON).result(60)
        except VersionMismatch:
            return False
        return True

    seen = {""}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in range(ROUNDS):
            version = get_availability(servers[0], "uss1").version
            answers = list(pool.map(attempt, range(AT_ONCE), [version] * AT_ONCE))
            assert sum(answers) == 1
            now = get_availability(servers[1], "uss1").version
            assert now not in seen
            seen.add(now)
    records = stores[0].read(lambda r: r.records(0, 1000))
    assert [one.sequence for one in records] == list(range(1, ROUNDS + 1))
