"""Small records for tests: two parties, keys made from fixed seeds, bodies of every sort."""

from datetime import UTC, datetime, timedelta

from openline.app.ed25519 import KeySigner, signer_of_seed
from openline.app.export_record import kept_export, sealed_export
from openline.formats.record_lines import AgreementName, Header
from openline.line.note import Note, SignatureType, VerifierKey, cosign
from openline.line.record.checkpoint import Checkpoint
from openline.line.record.entry import Entry
from openline.line.record.tree import Frontier

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
NORTH, SOUTH = signer_of_seed(b"north" + bytes(27)), signer_of_seed(b"south" + bytes(27))
ORIGIN = "north.example/line"
KEY = VerifierKey(ORIGIN, SignatureType.ED25519, NORTH.public_key)
WITNESS = VerifierKey("south.example/line", SignatureType.COSIGNATURE, SOUTH.public_key)
BODIES = (
    b'{"text":"a \\"quoted\\" word\\n"}',
    "Höhe 300 m — ok \x00\x1f\x7f\u2028".encode(),
    b"\xff\xfe\x00 not text",
    b"",
    b"header.payload.signature",
)


def entries(count: int) -> list[Entry]:
    return [
        Entry(
            number,
            START + timedelta(seconds=number, microseconds=number % 3),
            ("north", "süd")[number % 2],
            "notify",
            BODIES[number % len(BODIES)],
        )
        for number in range(1, count + 1)
    ]


def header(size: int, key: VerifierKey = KEY) -> Header:
    return Header(
        key,
        size,
        (WITNESS,),
        {"north": "ed25519:AAAA", "south": "ed25519:BBBB"},
        AgreementName("northern-sky", 2, "ab" * 32),
    )


def checkpoint(count: int, signer: KeySigner = NORTH) -> Note:
    """The checkpoint over the first entries, cosigned by the witness."""
    frontier = Frontier()
    frontier.extend(entry.leaf_hash() for entry in entries(count))
    sealed = Checkpoint(ORIGIN, frontier.head())
    witnessed = cosign(sealed.text, WITNESS.name, SOUTH, START + timedelta(hours=count))
    return sealed.signed(signer).signed(witnessed)


def cosigned_export(count: int = 5, at: tuple[int, ...] = (3, 5)) -> list[bytes]:
    """The lines of an export with cosigned checkpoints."""
    return list(kept_export(header(count), entries(count), [checkpoint(size) for size in at]))


def plain_export(count: int, batch: int) -> list[bytes]:
    """The lines of an export that is sealed when it is written."""
    return list(sealed_export(header(count), entries(count), NORTH, batch))
