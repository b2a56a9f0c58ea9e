"""Questions about the line as it is committed."""

from dataclasses import dataclass

from openline.app.line.filed import managers_of
from openline.app.line.services import LineServices
from openline.errors import NotFound, PermissionDenied
from openline.line.line import Line


@dataclass(frozen=True, slots=True)
class Standing:
    """A party's place on the line. hosted: this server holds its key and speaks for it."""

    party: str
    agreement: str
    version: int
    next_sequence: int
    hosted: bool
    parties: tuple[str, ...]


def party_of(services: LineServices, name: str) -> str:
    """The party of that name, or that answers for a member of that name.

    Raises: PermissionDenied if there is none; NotFound before there is an agreement.
    """

    def find(line: Line, _position: int) -> str:
        agreement = line.state.agreement
        if agreement is None:
            raise NotFound("no agreement is on the record of this line")
        party = managers_of(agreement).get(name)
        if party is None:
            raise PermissionDenied(
                f"{name!r} is no party of the agreement",
                cure="a token's sub names a party or a member",
            )
        return party

    return services.look(find)


def standing_of(services: LineServices, party: str) -> Standing:
    """The place of a party of the agreement."""

    def ask(line: Line, _position: int) -> Standing:
        agreement = line.state.agreed()
        return Standing(
            party,
            agreement.id,
            agreement.version,
            line.state.party(party).sequences.last + 1,
            party in services.signers,
            tuple(one.id for one in agreement.parties),
        )

    return services.look(ask)
