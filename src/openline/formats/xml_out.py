"""Text for XML that is written: escaped, in characters that XML can hold."""

import re
from typing import Final
from xml.sax.saxutils import escape, quoteattr

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def content(text: str) -> str:
    """For an element's content; what XML cannot hold becomes `?`."""
    return escape(_NOT_XML.sub("?", text), {"\r": "&#13;"})


def attribute(text: str) -> str:
    """For an attribute, quotes included."""
    return quoteattr(_NOT_XML.sub("?", text))
