"""The live traffic of a server, by its settings."""

from openline.app.configuration import Configuration
from openline.app.sky.service import SkyService
from openline.app.sky.watch import SkyWatch


def open_sky(told: Configuration) -> SkyService | None:
    """The sky of a server of one process; of several, none would see all of it."""
    if told.count("workers") > 1:
        return None
    return SkyService(SkyWatch(), replays=told.switch("dev"))
