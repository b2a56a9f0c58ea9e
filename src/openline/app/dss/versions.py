"""New OVNs and versions: opaque, never the same twice."""

import hashlib
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Final
from uuid import RFC_4122, UUID

from openline.errors import InvalidInput

SUFFIX_CLOCK_SKEW: Final = timedelta(minutes=5)


def new_version(entity_id: str, version: int, updated_at: datetime, nonce: UUID) -> str:
    """43 characters that fit into a path. The nonce keeps a re-created entity from an old one."""
    text = f"{entity_id}\n{version}\n{updated_at.isoformat()}\n{nonce}"
    digest = hashlib.sha256(text.encode()).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def requested_ovn(entity_id: str, suffix: str) -> str:
    """The OVN of an operational intent whose manager chose the suffix."""
    return f"{entity_id}_{suffix}"


def check_suffix(suffix: str, now: datetime) -> None:
    """Raises: InvalidInput unless the suffix is a UUIDv7 made within 5 minutes of now."""
    cure = "send a UUIDv7 made for this request, or leave it out"
    try:
        value = UUID(suffix)
    except ValueError:
        value = None
    if value is None or value.version != 7 or value.variant != RFC_4122 or str(value) != suffix:
        raise InvalidInput("it is not a UUIDv7", cure=cure, field="requested_ovn_suffix")
    made_s = (value.int >> 80) / 1000
    if abs(made_s - now.timestamp()) > SUFFIX_CLOCK_SKEW.total_seconds():
        raise InvalidInput(
            "its time is more than 5 minutes from now", cure=cure, field="requested_ovn_suffix"
        )
