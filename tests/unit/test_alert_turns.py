"""Who sends to a receiver, and how far it is: the laws of `alert_turns`."""

from datetime import timedelta

from openline.app.line.alert_turns import TURN, end_turn, note_position, take_turn
from openline.store.memory import MemoryStore
from tests.line_server import START

PLACE = "https://hook.example/secret"
SECOND = timedelta(seconds=1)


def grow(store: MemoryStore, entries: int) -> None:
    for _ in range(entries):
        store.submit((), lambda tx: tx.append_record(START, "p", "k", b"b")).result()


def test_a_new_receiver_begins_with_what_comes() -> None:
    store = MemoryStore()
    grow(store, 3)
    assert take_turn(store, PLACE, "a", START).result() == 3
    assert take_turn(store, "mailto:x@y.example", "a", START).result() == 3


def test_a_known_receiver_goes_on_where_it_was() -> None:
    store = MemoryStore()
    grow(store, 3)
    take_turn(store, PLACE, "a", START).result()
    grow(store, 5)
    assert note_position(store, PLACE, "a", 6, START).result()
    end_turn(store, PLACE, "a", START).result()
    assert take_turn(store, PLACE, "b", START).result() == 6


def test_one_has_the_turn_until_it_ends() -> None:
    store = MemoryStore()
    take_turn(store, PLACE, "a", START).result()
    assert take_turn(store, PLACE, "b", START).result() is None
    assert note_position(store, PLACE, "a", 0, START + TURN - SECOND).result()
    assert take_turn(store, PLACE, "b", START + TURN).result() is None, "it was renewed"
    assert take_turn(store, PLACE, "b", START + 2 * TURN).result() == 0
    assert not note_position(store, PLACE, "a", 9, START + 2 * TURN).result()
    end_turn(store, PLACE, "a", START + 2 * TURN).result()
    assert take_turn(store, PLACE, "c", START + 2 * TURN).result() is None


def test_who_is_alone_does_not_wait_for_one_that_is_gone() -> None:
    store = MemoryStore()
    take_turn(store, PLACE, "killed", START).result()
    assert take_turn(store, PLACE, "b", START, alone=True).result() == 0


def test_the_number_never_falls_but_with_the_record() -> None:
    store = MemoryStore()
    grow(store, 9)
    take_turn(store, PLACE, "a", START).result()
    note_position(store, PLACE, "a", 4, START).result()
    assert take_turn(store, PLACE, "a", START).result() == 9
    note_position(store, PLACE, "a", 1_000, START).result()  # of a record that was put back
    assert take_turn(store, PLACE, "a", START).result() == 9


def test_the_address_is_not_kept() -> None:
    store = MemoryStore()
    take_turn(store, PLACE, "a", START).result()
    ((name, body),) = store.read(lambda reader: reader.documents("alerts", "", 9))
    assert "secret" not in name + body.decode()
