"""The parts of a bundle that a server gave, as a file signed by the party."""

from openline.api.line.bundle_wire import Made
from openline.app.line import jws
from openline.errors import InvalidInput, PermissionDenied
from openline.formats.bundle import decode_bundle, encode_bundle, sign_head
from openline.line.note import Note, NoteSignature, parse_note
from openline.line.signing import Signer


def file_of(made: Made, signer: Signer | None, *, packed: bool) -> bytes | None:
    """The file; None if there is nothing to say.

    signer: the party's key where it is held here: then nothing is signed but what that key has
    signed before. Raises: InvalidInput if the server gave something else, PermissionDenied if
    nobody could sign.
    """
    if made.head is None:
        return None
    tokens = [token.encode() for token in made.messages]
    unsigned = NoteSignature("nobody", bytes(4), bytes(64))
    given = signature_of(made) or unsigned
    text = str(Note(made.head, (given,))) + "\n" + "".join(f"{one}\n" for one in made.messages)
    bundle = decode_bundle(text.encode())
    if not bundle.intact:
        raise InvalidInput("the messages are not those of the head", cure="ask the server again")
    if signer is not None:
        for token in tokens:
            jws.verified_payload(token, {bundle.head.sender: signer.public_key}.get)
        given = sign_head(bundle.head, signer)
    elif given is unsigned:
        raise PermissionDenied(
            "the server does not hold the party's key", cure="sign here: --key FILE"
        )
    return encode_bundle(bundle.head, given, tokens, packed=packed)


def signature_of(made: Made) -> NoteSignature | None:
    """The signature that the server gave, if it gave one. Raises: InvalidInput."""
    if made.signature is None:
        return None
    return parse_note(f"{made.head}\n{made.signature}".encode()).signatures[0]
