"""Text in messages: short, beside the codes and never instead of them."""

import re
from typing import Final

from openline.errors import InvalidInput

TEXT_MAX: Final = 280
NAME_MAX: Final = 80
# Control characters, halves of surrogate pairs, and what hides text, breaks its line or turns it
# round. Joiners and direction marks stay: scripts need them.
_HIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def check_text(value: str | None, field: str = "text", most: int = TEXT_MAX) -> None:
    """Raises: InvalidInput for text that is too long, blank or holds control characters."""
    if value is None:
        return
    if len(value) > most:
        raise InvalidInput(f"{len(value)} characters; {most} are the most", field=field)
    if _HIDDEN.search(value):
        raise InvalidInput("it holds control or hidden characters", field=field)
    if not any(c.isprintable() and not c.isspace() for c in value):
        raise InvalidInput("it is blank", field=field)


def without_hidden(value: str) -> str:
    """The text with a space for each character that no message carries."""
    return _HIDDEN.sub(" ", value)
