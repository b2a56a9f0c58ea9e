"""The line of a server from its settings: its agreement on the record, its keys at hand."""

from openline.app.configuration import Configuration
from openline.app.key_files import load_signer
from openline.app.line import snapshot
from openline.app.line.agree import agree, read_signed
from openline.app.line.services import LineServices
from openline.app.seal_record import Sealer
from openline.clock import Clock
from openline.errors import InvalidInput
from openline.line.agreement import Agreement
from openline.line.signing import Signer
from openline.store.ports import Store


def open_line(
    told: Configuration, store: Store, clock: Clock, sealer: Sealer | None, origin: str
) -> LineServices | None:
    """The line of this server, its agreement put on the record; None without an agreement.

    origin: whose the entries are that no party signed. The record is read from the snapshot on, if
    the sealer vouches for one.
    Raises: InvalidInput for an agreement that is not in force or a key of no party of it,
    InvariantBroken, StoreUnavailable, Unreachable, VersionMismatch.
    """
    name = told.text("agreement")
    if not name:
        return None
    found, entry = read_signed(name, clock.now())
    signers = dict(_signer(file, found.agreement) for file in told.words("party_keys"))
    line = LineServices(store, clock, origin, signers)
    read = snapshot.begin(line, sealer)
    if sealer is not None and read > snapshot.AFTER:
        snapshot.keep(line, sealer)
    agree(line, entry, clock.now()).result()
    return line


def _signer(file: str, agreement: Agreement) -> tuple[str, Signer]:
    """The party whose key is in the file, and the key. Raises: InvalidInput, Unreachable."""
    signer = load_signer(file)
    party = agreement.party_of_key(signer.public_key)
    if party is None:
        raise InvalidInput(
            "the key is of no party of the agreement",
            cure="openline agreement show tells their keys",
            file=file,
        )
    return party.id, signer
