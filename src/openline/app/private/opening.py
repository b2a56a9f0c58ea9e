"""Who answers private checks on a server, from its settings."""

from pathlib import Path

from openline.app.configuration import Configuration
from openline.app.line.services import LineServices
from openline.app.private.engine import WorkerEngine
from openline.app.private.service import PrivateService
from openline.errors import InvalidInput


def open_private(told: Configuration, line: LineServices | None) -> PrivateService | None:
    """Who answers private checks; None if no folder is given. Raises: InvalidInput."""
    folder = told.text("private")
    if not folder:
        return None
    if line is None or not line.signers:
        raise InvalidInput(
            "private checks are answered for a party of a line",
            cure="give --agreement FILE and --party-key FILE too",
        )
    if told.count("workers") > 1:
        raise InvalidInput(
            "private checks are answered by one process", cure="give --workers 1, or no --private"
        )
    return PrivateService(line, Path(folder), WorkerEngine())
