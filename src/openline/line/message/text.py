"""Text in messages: short, beside the codes and never instead of them."""

from typing import Final

from openline.errors import InvalidInput

TEXT_MAX: Final = 280
NAME_MAX: Final = 80


def check_text(value: str | None, field: str = "text", most: int = TEXT_MAX) -> None:
    """Raises: InvalidInput for text that is too long, blank or holds control characters."""
    if value is None:
        return
    if len(value) > most:
        raise InvalidInput(f"{len(value)} characters; {most} are the most", field=field)
    if not value.strip() or any(ord(c) < 32 or 127 <= ord(c) < 160 for c in value):
        raise InvalidInput("it is blank or holds control characters", field=field)
