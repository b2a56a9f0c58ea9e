"""A bundle from a database, without a server: what the holder of a key said to another party.

Nothing is written to the record: of what the recipient may not have in full there are the coarse
forms that the server made, and no new ones.
"""

from datetime import datetime
from operator import methodcaller

from openline.app.line.projection import Projection
from openline.app.line.write_bundle import Chosen, Written, said_to, texts, written
from openline.app.read_records import Source
from openline.errors import InvalidInput, NotFound
from openline.line.agreement import Agreement
from openline.line.line import Line
from openline.store.ports import Record


def line_of_record(source: Source) -> Projection:
    """The line that a record amounts to. Raises: NotFound if there is none."""
    found = Projection()
    source.read(found.catch_up)
    if found.line.state.agreement is None:
        raise NotFound("no agreement is on the record", cure="start the server with one first")
    return found


def party_of_key(line: Line, public_key: bytes) -> str:
    """Whose key it is. Raises: InvalidInput."""
    agreement: Agreement = line.state.agreed()
    party = agreement.party_of_key(public_key)
    if party is None:
        raise InvalidInput(
            "the key is of no party of the agreement",
            cure="openline agreement show tells their keys",
        )
    return party.id


def bundle_of_record(
    source: Source, projection: Projection, parties: tuple[str, str], chosen: Chosen, now: datetime
) -> Written:
    """What the first party said to the second. Raises: NotFound, InvalidInput."""
    state = projection.line.state
    agreement = (state.agreed().id, state.agreed().version)
    found = said_to(state, parties, chosen)
    named = (agreement, parties)
    return written(found, lambda n: _record(source, n), named, (projection.position, now))


def texts_of_record(
    source: Source, projection: Projection, parties: tuple[str, str], chosen: Chosen
) -> tuple[str, ...]:
    """The same as texts to read out. Raises: NotFound, AreaTooLarge."""
    found = said_to(projection.line.state, parties, chosen)
    return texts(found, lambda entry: _record(source, entry), chosen)


def _record(source: Source, entry: int) -> Record:
    found: list[Record] = source.read(methodcaller("records", entry - 1, 1))
    return found[0]
