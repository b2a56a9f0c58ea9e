"""Live KML beside `openline watch`: a link for the viewer, and the document that it asks for."""

import asyncio
from pathlib import Path
from typing import Final

from openline.cli.output import write_file
from openline.feeds.session import Session
from openline.formats.live_kml import network_link, write_tracks

_EVERY_S: Final = 5.0


class KmlFiles:
    """`NAME.kml` links to `NAME.live.kml`, which is written again every five seconds."""

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._link = name
        self._live = Path(name).with_suffix(".live.kml")

    async def run(self) -> None:
        """Write for ever. Raises: Unreachable if a file cannot be written."""
        write_file(self._link, network_link(self._live.name, _EVERY_S), force=True)
        while True:
            watch, now = self._session.watch, self._session.clock()
            write_file(
                str(self._live), write_tracks(watch.tracker, watch.encounters, now), force=True
            )
            await asyncio.sleep(_EVERY_S)
