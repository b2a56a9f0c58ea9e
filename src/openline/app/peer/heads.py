"""Two records that hold each other: what is seen of a peer's record, cosigned, or held against it.

A head is cosigned once it is proved to continue the last one that was cosigned, and the new one is
kept durably before the cosignature is given away. From then on the peer can neither drop, change,
reorder nor back-date an entry below it. A head that does not continue what was seen is refused and
kept as evidence, with the head it contradicts: both are signed by the peer.
Laws, held by tests/peer/test_heads.py: 1 what is cosigned of a record only grows; 2 each way to
cheat is refused and leaves its evidence; 3 an honest record never does.
"""

import threading
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

import msgspec

from openline.app.cosign_record import keep_cosignature
from openline.app.ed25519 import verify
from openline.app.line.services import LineServices
from openline.app.seal_record import Sealer
from openline.errors import InvalidInput, NotFound, VersionMismatch
from openline.formats.peer_heads import Head, Heads, Proof
from openline.line.agreement import Agreement
from openline.line.note import (
    Note,
    SignatureType,
    VerifierKey,
    parse_note,
    parse_verifier_key,
)
from openline.line.record.proof import consistency_holds
from openline.line.record.tree import TreeHead
from openline.line.record.verifying import check_checkpoint
from openline.line.record.witness import NOTHING_SEEN, witness
from openline.line.signing import Signer
from openline.store.ports import Reader, Transaction

SEEN_KIND: Final = "peer.head"  # documents, by party
COSIGNED_KIND: Final = "peer.cosigned"
EVIDENCE_KIND: Final = "peer.evidence"
EVIDENCE: Final = "peer.evidence"  # entries of the record
EVIDENCE_MAX: Final = 20  # of each peer; what comes after them is refused all the same
_REASON_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class Seen:
    """The last head of a peer's record that was cosigned here. root: hexadecimal."""

    key: str
    size: int
    root: str
    note: str
    time: datetime

    @property
    def head(self) -> TreeHead:
        """The head itself."""
        return TreeHead(self.size, bytes.fromhex(self.root))


@dataclass(frozen=True, slots=True)
class Cosigned:
    """The last head of our own record that a peer cosigned, and when it did."""

    size: int
    time: datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two statements of a peer that cannot both be true. seen: the head that was cosigned before,
    shown: the one that does not continue it; both as signed notes."""

    time: datetime
    what: str
    seen: str
    shown: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A head of the peer that another party cosigned: to be proved with the one seen here."""

    head: TreeHead
    note: str
    by: str


class Circle(Protocol):
    """All witnesses of one server, who tell those of others what they saw."""

    def notes(self, but: str) -> dict[str, str]:
        """The newest heads that were cosigned here, by party, without one party's."""
        ...

    def heard(self, notes: dict[str, str], by: str, now: datetime) -> None:
        """Look at heads that another party cosigned."""
        ...


class Witness:
    """What this server sees of one peer's record, and the peer of ours. Thread-safe."""

    def __init__(
        self,
        line: LineServices,
        own: tuple[str, Signer],
        party: str,
        sealer: Sealer | None,
        circle: Circle,
    ) -> None:
        self.party = party
        self._own, self._signer = own
        self._line = line
        self._sealer = sealer
        self._circle = circle
        self._lock = threading.Lock()
        self.seen, self.cosigned, self.evidence = line.store.read(self._read)
        self.refused: str | None = None  # why the peer does not cosign ours
        self._refusing: str | None = None  # why the peer's last head is not cosigned here
        self._short = 0  # how often its newest head was below what was seen
        self._theirs_seen = 0  # of our record, as the peer said
        self._doubt: Doubt | None = None
        self._asked: Proof | None = None  # what the peer wants proved of our record
        self._owed: str | None = None  # a cosignature that the peer has not got yet

    def asked(self) -> Heads:
        """What this side shows, as a request."""
        others = self._circle.notes(self.party)
        with self._lock:
            return self._shown(self._theirs_seen, others)

    def answer(self, asked: Heads, now: datetime) -> Heads:
        """Look at what the peer shows, and show ours. Raises: InvalidInput, StoreUnavailable."""
        self._circle.heard(asked.others, self.party, now)
        others = self._circle.notes(self.party)
        with self._lock:
            self._take(asked, now)
            return self._shown(asked.seen, others)

    def take(self, answer: Heads, now: datetime) -> bool:
        """Look at an answer; whether there is something to say at once.

        Raises: InvalidInput, StoreUnavailable.
        """
        self._circle.heard(answer.others, self.party, now)
        with self._lock:
            before = self._theirs_seen
            self._take(answer, now)
            again = answer.cosigned is None and answer.refused is None and before != answer.seen
            asked = self._asked is not None or self._doubt is not None
            return self._owed is not None or again or asked

    def seen_note(self) -> str | None:
        """The newest head of the peer's record that was cosigned here."""
        return None if self.seen is None else self.seen.note

    def gossip(self, note: str, by: str, now: datetime) -> None:
        """Look at a head of this peer's record that another party cosigned: it and the one that was
        seen here must be of one record. Raises: StoreUnavailable."""
        with self._lock:
            if self.seen is None or note == self.seen.note:
                return
            try:
                key = parse_verifier_key(self.seen.key)
                shown = check_checkpoint(parse_note(note.encode()), key, (), verify)[0].head
            except InvalidInput:
                return  # not the peer's: nothing is held against it
            if shown.size != self.seen.size:
                self._doubt = Doubt(shown, note, by)
            elif shown.root != self.seen.head.root:
                self._hold(f"it showed {by!r} another record of the same size", note, now)

    def _shown(self, seen_by_peer: int, others: dict[str, str]) -> Heads:
        owed, self._owed = self._owed, None
        asked, self._asked = self._asked, None
        return Heads(
            1,
            self._agreement().id,
            None if self._sealer is None else str(self._sealer.key),
            self._head(seen_by_peer),
            0 if self.seen is None else self.seen.size,
            owed,
            self._refusing,
            others,
            self._wanted(),
            None if asked is None else self._proved(asked),
        )

    def _wanted(self) -> Proof | None:
        """The proof that would end a doubt."""
        if self._doubt is None or self.seen is None:
            return None
        sizes = sorted((self._doubt.head.size, self.seen.size))
        return Proof(sizes[0], sizes[1])

    def _proved(self, asked: Proof) -> Proof:
        if self._sealer is None:
            return asked
        try:
            found = self._sealer.consistency(asked.old, asked.new)
        except NotFound:
            return asked
        return Proof(asked.old, asked.new, [step.hex() for step in found.path])

    def _look_at_proof(self, proof: Proof, now: datetime) -> None:
        """End a doubt, or hold it against the peer."""
        doubt, wanted = self._doubt, self._wanted()
        if doubt is None or wanted is None or self.seen is None:
            return
        if (wanted.old, wanted.new) != (proof.old, proof.new):
            return
        self._doubt = None
        small, large = sorted((doubt.head, self.seen.head), key=lambda head: head.size)
        path = [bytes.fromhex(step) for step in proof.path or ()]
        if proof.path is None or not consistency_holds(small, large, path):
            self._hold(f"it showed {doubt.by!r} another record", doubt.note, now)

    def _head(self, seen_by_peer: int) -> Head | None:
        """Our newest head with the proof from what the peer has seen; None for nothing sealed."""
        if self._sealer is None:
            return None
        try:
            size = self._sealer.last_checkpoint().size
            proof = self._sealer.consistency(min(seen_by_peer, size))
        except NotFound:
            return None
        path = [step.hex() for step in proof.path]
        return Head(_alone(proof.checkpoint.note, self._sealer.key), proof.old_size, path)

    def _take(self, came: Heads, now: datetime) -> None:
        if came.agreement != self._agreement().id:
            raise InvalidInput(f"this line is under {self._agreement().id!r}", field="agreement")
        self._theirs_seen = came.seen
        self.refused = came.refused
        if came.cosigned is not None:
            self._keep(came.cosigned, now)
        if came.head is not None and came.key is not None:
            self._look_at(came.head, came.key, now)
        self._asked = came.prove
        if came.proof is not None:
            self._look_at_proof(came.proof, now)

    def _keep(self, cosigned: str, now: datetime) -> None:
        """Keep the peer's cosignature of our checkpoint. Raises: InvalidInput."""
        party = self._agreement().party(self.party)
        if party is None:
            return
        note = parse_note(cosigned.encode())
        key = cosigner_key(self._agreement(), self.party, party.public_key)
        try:
            kept = keep_cosignature(self._line.store, note, key).result()
        except (NotFound, VersionMismatch) as error:
            raise InvalidInput(str(error), field="cosigned") from None
        self.cosigned = Cosigned(kept.size, now)
        self._document(COSIGNED_KIND, msgspec.json.encode(self.cosigned))

    def _look_at(self, shown: Head, key_text: str, now: datetime) -> None:
        """Cosign a head of the peer, or hold it against the peer."""
        seen = self.seen
        try:
            key = parse_verifier_key(key_text)
            note = parse_note(shown.note.encode())
            if seen is not None and key_text != seen.key:
                self._hold("its record is sealed with another key", shown.note, now)
                return
            head = check_checkpoint(note, key, (), verify)[0].head
        except InvalidInput as error:
            self._hold(f"its head is not signed by its record: {error.problem}", shown.note, now)
            return
        size = 0 if seen is None else seen.size
        if head.size < size:
            self._too_short(head.size, size, shown.note, now)
            return
        self._short = 0
        if shown.old != size:
            return  # it will prove it from what we have seen, as we say
        self._cosign(note, shown, key, now)

    def _too_short(self, size: int, seen: int, note: str, now: datetime) -> None:
        """An old head. Once it may have been on its way; the newest of a record never shrinks."""
        self._short += 1
        if self._short > 1:
            self._hold(f"its record has {size:,} entries, and had {seen:,}", note, now)

    def _cosign(self, note: Note, shown: Head, key: VerifierKey, now: datetime) -> None:
        seen = NOTHING_SEEN if self.seen is None else self.seen.head
        try:
            done = witness(
                note,
                [bytes.fromhex(step) for step in shown.path],
                seen,
                key,
                name=cosigner_name(self._agreement(), self._own),
                signer=self._signer,
                now=now,
                verify=verify,
            )
        except VersionMismatch as error:
            self._hold(error.problem, shown.note, now)
            return
        kept = Seen(str(key), done.head.size, done.head.root.hex(), shown.note, now)
        if not self._advance(kept):  # before the signature gets out
            return
        self.seen, self._refusing = kept, None
        self._owed = str(Note(note.text).signed(done.signature))

    def _advance(self, kept: Seen) -> bool:
        """Keep a head after the one that is known here; false, and that one is read, if another
        process of this server kept one meanwhile."""
        before = None if self.seen is None else msgspec.json.encode(self.seen)

        def change(tx: Transaction) -> bool:
            if tx.document(SEEN_KIND, self.party) != before:
                return False
            tx.put_document(SEEN_KIND, self.party, msgspec.json.encode(kept))
            return True

        store = self._line.store
        if store.submit((), change, f"{SEEN_KIND}/{self.party}").result():
            return True
        self.seen, self.cosigned, self.evidence = store.read(self._read)
        return False

    def _hold(self, what: str, shown: str, now: datetime) -> None:
        """Keep evidence, once for each head that is shown; it is on the record too."""
        self._refusing = what[:_REASON_MAX]
        if any(one.shown == shown for one in self.evidence):
            return
        found = Evidence(now, what, self.seen_note() or "", shown)
        if len(self.evidence) >= EVIDENCE_MAX:
            return
        self.evidence = (*self.evidence, found)
        body = msgspec.json.encode(self.evidence)
        told = {"against": self.party, "what": what, "seen": found.seen, "shown": shown}
        entry = msgspec.json.encode(told)
        origin = self._line.origin

        def change(tx: Transaction) -> None:
            tx.put_document(EVIDENCE_KIND, self.party, body)
            tx.append_record(now, origin, EVIDENCE, entry)

        self._line.store.submit((), change, f"{EVIDENCE_KIND}/{self.party}").result()

    def _document(self, kind: str, body: bytes) -> None:
        def change(tx: Transaction) -> None:
            tx.put_document(kind, self.party, body)

        self._line.store.submit((), change, f"{kind}/{self.party}").result()

    def _read(self, reader: Reader) -> tuple[Seen | None, Cosigned | None, tuple[Evidence, ...]]:
        seen = reader.document(SEEN_KIND, self.party)
        cosigned = reader.document(COSIGNED_KIND, self.party)
        evidence = reader.document(EVIDENCE_KIND, self.party)
        return (
            None if seen is None else msgspec.json.decode(seen, type=Seen),
            None if cosigned is None else msgspec.json.decode(cosigned, type=Cosigned),
            () if evidence is None else msgspec.json.decode(evidence, type=tuple[Evidence, ...]),
        )

    def _agreement(self) -> Agreement:
        return self._line.look(lambda line, _at: line.state.agreed())


def cosigner_name(agreement: Agreement, party: str) -> str:
    """The name under which a party of the agreement cosigns."""
    return f"{agreement.id}/{party}"


def cosigner_key(agreement: Agreement, party: str, public_key: bytes) -> VerifierKey:
    """The key by which a party's cosignatures are verified."""
    name = cosigner_name(agreement, party)
    return VerifierKey(name, SignatureType.COSIGNATURE, public_key)


def _alone(note: str, key: VerifierKey) -> str:
    """The note with the signature of the record's own key alone."""
    found = parse_note(note.encode())
    own = tuple(one for one in found.signatures if (one.name, one.key_id) == (key.name, key.id))
    return str(replace(found, signatures=own))
