"""SBS-1 over TCP: the lines of a receiver's port 30003."""

from contextlib import aclosing
from typing import Final

from openline.errors import InvalidInput
from openline.feeds.feed import Intake
from openline.feeds.stream import chunks
from openline.formats.reports import Reports
from openline.formats.sbs import LINE_MAX, SbsReader

PORT: Final = 30003


class SbsFeed:
    """The aircraft of a receiver, line by line."""

    def __init__(self, host: str, port: int = PORT) -> None:
        self.name = f"sbs:{host}:{port}"
        self._place = (host, port)

    async def run(self, intake: Intake) -> None:
        """Read lines until the connection breaks."""
        reader = SbsReader(self.name)
        rest = b""
        async with aclosing(chunks(*self._place)) as pieces:
            async for data in pieces:
                *lines, rest = (rest + data).split(b"\n")
                if len(rest) > LINE_MAX:
                    rest = rest[: LINE_MAX + 1]  # refused as a whole at its end
                intake.take(_read(reader, lines, intake))


def _read(reader: SbsReader, lines: list[bytes], intake: Intake) -> Reports:
    found = Reports()
    received = intake.clock()
    for line in lines:
        try:
            report = reader.read(line.strip(), received)
        except InvalidInput as error:
            found.refuse(error)
            continue
        if report is None:
            found.idle += 1
        else:
            found.reports.append(report)
    return found
