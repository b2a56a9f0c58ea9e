"""Documents: small named values, which come back as they were."""

import pytest

from openline.errors import InvalidInput
from openline.limits import DOCUMENT_BYTES_MAX, DOCUMENT_NAME_MAX
from openline.store.ports import Store, Transaction
from tests.contract.samples import run

# In the order of code points, which is not the order of UTF-16, nor of any language.
NAMES = ("1", "10", "2", "A", "Z", "a", "zz", "é", "日本", "\ue000", "🚁", "🚁2")


def _put(store: Store, kind: str, **bodies: bytes) -> None:
    run(store, lambda t: [t.put_document(kind, *item) for item in bodies.items()], ())


def test_a_document_is_what_was_last_put(store: Store) -> None:
    assert store.read(lambda r: r.document("kind", "name")) is None
    for body in (b"", b"\x00\xff", b"x" * DOCUMENT_BYTES_MAX, b"one"):
        _put(store, "kind", name=body)
        assert store.read(lambda r: r.document("kind", "name")) == body
        assert store.read(lambda r: r.documents("kind", "", 9)) == [("name", body)]
    assert store.read(lambda r: r.document("kind", "names")) is None
    assert store.read(lambda r: r.document("kinds", "name")) is None


def test_kinds_do_not_meet(store: Store) -> None:
    _put(store, "a", one=b"1", two=b"2")
    _put(store, "b", one=b"3")
    run(store, lambda t: t.delete_document("a", "one"), ())
    assert store.read(lambda r: r.documents("a", "", 9)) == [("two", b"2")]
    assert store.read(lambda r: r.documents("b", "", 9)) == [("one", b"3")]
    assert store.read(lambda r: r.documents("c", "", 9)) == []


def test_documents_come_in_the_order_of_their_names(store: Store) -> None:
    def change(transaction: Transaction) -> None:
        for name in reversed(NAMES):
            transaction.put_document("kind", name, name.encode())

    run(store, change, ())
    for number, name in enumerate(("", *NAMES)):
        found = store.read(lambda r, name=name: r.documents("kind", name, 3))
        assert found == [(one, one.encode()) for one in NAMES[number : number + 3]]
    assert [name for name, _ in store.read(lambda r: r.documents("kind", "", 2**70))] == list(NAMES)
    assert store.read(lambda r: r.documents("kind", "", 0)) == []
    assert store.read(lambda r: r.documents("kind", "", -1)) == []
    assert store.read(lambda r: r.documents("kind", "B", 1)) == [("Z", b"Z")]


def test_deleting_what_is_not_there_is_no_error(store: Store) -> None:
    _put(store, "kind", name=b"1")
    for _ in range(2):
        run(store, lambda t: t.delete_document("kind", "name"), ())
        assert store.read(lambda r: r.document("kind", "name")) is None


def test_a_change_reads_the_documents_it_writes(store: Store) -> None:
    _put(store, "kind", a=b"1", b=b"2", c=b"3")

    def change(transaction: Transaction) -> None:
        transaction.put_document("kind", "b", b"4")
        transaction.delete_document("kind", "c")
        transaction.put_document("kind", "bb", b"5")
        assert transaction.document("kind", "b") == b"4"
        assert transaction.document("kind", "c") is None
        found = transaction.documents("kind", "a", 9)
        assert found == [("b", b"4"), ("bb", b"5")]

    run(store, change, ())
    found = store.read(lambda r: r.documents("kind", "", 9))
    assert found == [("a", b"1"), ("b", b"4"), ("bb", b"5")]


@pytest.mark.parametrize(
    ("kind", "name", "body"),
    [
        ("", "name", b""),
        ("kind", "", b""),
        ("k" * (DOCUMENT_NAME_MAX + 1), "name", b""),
        ("kind", "n" * (DOCUMENT_NAME_MAX + 1), b""),
        ("kind", "a\0b", b""),
        ("kind", "\ud800", b""),
        ("kind", "name", b"x" * (DOCUMENT_BYTES_MAX + 1)),
    ],
    ids=["no kind", "no name", "long kind", "long name", "NUL", "surrogate", "long body"],
)
def test_what_is_no_document_is_refused(store: Store, kind: str, name: str, body: bytes) -> None:
    with pytest.raises(InvalidInput):
        run(store, lambda t: t.put_document(kind, name, body), ())
    if not body:
        with pytest.raises(InvalidInput):
            store.read(lambda r: r.document(kind, name))
        with pytest.raises(InvalidInput):
            run(store, lambda t: t.delete_document(kind, name), ())
    longest = "é" * DOCUMENT_NAME_MAX
    _put(store, longest, **{longest: b"1"})
    assert store.read(lambda r: r.documents(longest, "", 9)) == [(longest, b"1")]
