"""KMZ: the KML document inside a ZIP archive.

Source: OGC KML 2.3 (12-007r2), annex on KMZ; PKWARE APPNOTE 6.3 for ZIP.
Read: `doc.kml`, else the first entry that ends in `.kml`; stored or deflated.
Refused: encrypted entries, other methods, more than ENTRIES_MAX entries, more than
ARCHIVE_BYTES_MAX unpacked, a ratio above RATIO_MAX.
Left out: pictures, models and further documents of the archive.
"""

import zipfile
import zlib
from io import BytesIO
from typing import Final

from openline.errors import AreaTooLarge, InvalidInput
from openline.limits import ARCHIVE_BYTES_MAX

ENTRIES_MAX: Final = 10_000
# Deflate packs at most 1032 to 1; drawings written by programs reach 30 to 1.
RATIO_MAX: Final = 250
_SMALL_BYTES: Final = 1024 * 1024  # a ratio is no danger below this size
_ENCRYPTED: Final = 0x1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DIRECTORY_ENTRY: Final = b"PK\x01\x02"
# All that the standard library is known to raise for a damaged archive.
_ARCHIVE_ERRORS: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError),
    *(RuntimeError, ValueError, OverflowError, IndexError, KeyError),
)


def is_zip(data: bytes) -> bool:
    """Whether the bytes begin as a ZIP archive does."""
    return data[:4] == b"PK\x03\x04"


def unpack(data: bytes, source: str) -> bytes:
    """The KML document of the archive. Raises: InvalidInput, AreaTooLarge, with the file."""
    try:
        return _unpack(data)
    except InvalidInput as error:
        error.at(file=source)
        raise
    except _ARCHIVE_ERRORS as error:
        raise InvalidInput(
            f"the archive is damaged: {error}", cure="save the KMZ again", file=source
        ) from None


def _unpack(data: bytes) -> bytes:
    # counted before the library builds an object for each entry
    if data.count(_DIRECTORY_ENTRY) > ENTRIES_MAX:
        raise AreaTooLarge(
            f"an archive of more than {ENTRIES_MAX:,} entries", cure="pack the KML alone"
        )
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entry = _document(archive)
        if entry.flag_bits & _ENCRYPTED:
            raise InvalidInput(
                "the archive is encrypted", cure="save it without a password", element=_name(entry)
            )
        if entry.compress_type not in _METHODS:
            raise InvalidInput(
                f"compression method {entry.compress_type} is not read",
                cure="pack it with deflate",
                element=_name(entry),
            )
        with archive.open(entry) as stream:
            text = stream.read(ARCHIVE_BYTES_MAX + 1)
    if len(text) > ARCHIVE_BYTES_MAX:
        raise AreaTooLarge(
            f"{_name(entry)} unpacks to more than {ARCHIVE_BYTES_MAX:,} bytes", cure="split it"
        )
    if len(text) > max(_SMALL_BYTES, RATIO_MAX * entry.compress_size):
        raise AreaTooLarge(
            f"{_name(entry)} unpacks to more than {RATIO_MAX} times its size",
            cure="send the KML itself",
        )
    return text


def _name(entry: zipfile.ZipInfo) -> str:
    return repr(entry.filename[:100])


def _document(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    entries = [e for e in archive.infolist() if e.filename.lower().endswith(".kml")]
    if not entries:
        raise InvalidInput("there is no .kml in the archive", cure="save the KMZ again")
    return next((e for e in entries if e.filename.lower() == "doc.kml"), entries[0])
