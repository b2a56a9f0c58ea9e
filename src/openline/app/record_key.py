"""Which key seals the record of a server: the one in the settings, else one kept beside a file."""

import logging
import os
from typing import Final

from openline.app.configuration import Configuration, without_password
from openline.app.ed25519 import new_signer
from openline.app.key_files import PUBLIC_SUFFIX, create_key, load_signer
from openline.app.seal_record import Sealer
from openline.errors import InvalidInput
from openline.line.note import check_name
from openline.store.ports import Store

_LOG: Final = logging.getLogger("openline.record")
_MEMORY: Final = ":memory:"


def record_key_file(told: Configuration) -> str | None:
    """The file with the key; empty for one that lasts as long as the process, None for none.

    Beside a database file one is made if there is none. Raises: InvalidInput, Unreachable.
    """
    check_name(told.text("record_origin"))
    named, db = told.text("record_key"), told.text("db")
    if named:
        load_signer(named)  # a bad key file is told now
        return named
    if db == _MEMORY:
        return ""
    if "://" in db:
        return None  # every process and machine must have the same one
    kept = f"{db}.record-key.pem"
    if os.path.lexists(kept):
        load_signer(kept)
    elif os.path.lexists(kept + PUBLIC_SUFFIX):
        raise InvalidInput(
            "the private key of the record is gone, its public half is here",
            cure="put it back: the record can only be sealed with the key it began with",
            file=kept,
        )
    else:
        create_key(kept)
    return kept


def open_sealer(told: Configuration, key_file: str | None, store: Store) -> Sealer | None:
    """Who seals the record, after reading all of it; None without a key.

    Raises: InvalidInput for another key or changed entries, StoreUnavailable, Unreachable.
    """
    if key_file is None:
        _LOG.warning("the record is not sealed: name a key for it, --record-key FILE")
        return None
    signer = load_signer(key_file) if key_file else new_signer()
    try:
        sealer = Sealer(store, signer, told.text("record_origin"))
    except InvalidInput as error:
        raise error.at(file=without_password(told.text("db"))) from None
    _LOG.info("the record has %d entries, as they were signed", sealer.size)
    return sealer
