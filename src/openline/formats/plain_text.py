"""Bytes of a plain text file to numbered lines, and text cut to what is kept."""

from openline.errors import InvalidInput
from openline.limits import TEXT_MAX

_LINE_MAX = 20_000  # characters; longer lines are no record of any text format


def decode_text(data: bytes, source: str) -> str:
    """The text, from UTF-8 or else Latin-1, with `\\n` line ends and no byte order mark.

    Raises: InvalidInput for UTF-16 and for bytes that no text has.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidInput("it is UTF-16, not UTF-8", cure="save it as UTF-8", file=source)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if "\x00" in text:
        raise InvalidInput(
            "it holds zero bytes, so it is not text",
            cure="save it as UTF-8 text",
            file=source,
            line=text.count("\n", 0, text.index("\x00")) + 1,
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decode_lines(data: bytes, source: str) -> list[str]:
    """The lines of the text. Raises: InvalidInput, also for a line of more than 20,000 letters."""
    lines = decode_text(data, source).split("\n")
    for number, line in enumerate(lines, start=1):
        if len(line) > _LINE_MAX:
            raise InvalidInput(
                f"a line of {len(line):,} characters; at most {_LINE_MAX:,} are read",
                cure="check that it is a text file",
                file=source,
                line=number,
            )
    return lines


def shorten(text: str, limit: int = TEXT_MAX) -> str:
    """The text in one line, at most `limit` characters, `...` where it was cut."""
    words = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * limit]).split())
    return words if len(words) <= limit else words[: limit - 3] + "..."
