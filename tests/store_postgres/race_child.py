"""One server process of a race: python -m tests.store_postgres.race_child DSN INDEX NUMBER ROUNDS.

Waits for a line on standard input before each round, then puts an intent where all others of the
round do, without knowing of them, and prints whether it was kept.
"""

import sys

from openline.errors import MissingOvns
from openline.store.ports import Transaction
from openline.store.postgres.store import PostgresStore
from tests.contract.samples import NOON, extent, intent


def _race(store: PostgresStore, name: int, round_number: int) -> str:
    here = extent(round_number % 6, minutes=(100.0 * round_number, 100.0 * round_number + 60))

    def change(transaction: Transaction) -> None:
        if transaction.intents_matching((here,)):
            raise MissingOvns("somebody is there")
        transaction.put_intent(intent(1000 * round_number + name, here))
        transaction.append_record(NOON, f"uss{name}", "intent.put", b"%d" % round_number)

    try:
        store.submit((here,), change).result(60)
    except MissingOvns:
        return "missing"
    return "kept"


def main() -> None:
    """Run the rounds."""
    dsn, index, number, rounds = sys.argv[1:]
    store = PostgresStore(dsn, index)
    print("ready", flush=True)
    for round_number in range(int(rounds)):
        sys.stdin.readline()
        print(_race(store, int(number), round_number), flush=True)
    store.close()


if __name__ == "__main__":
    main()
