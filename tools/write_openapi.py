"""Write the OpenAPI document of the server to a file: `python -m tools.write_openapi OUT.json`.

The page's types are made from it, without a server.
"""

import json
import sys
from pathlib import Path

from openline.api.auth.issuer import TokenIssuer, new_key
from openline.api.console import Console, config_operation
from openline.api.demo import demo_operation
from openline.api.described import BESIDE
from openline.api.endpoints import OPERATIONS
from openline.api.line import people
from openline.api.line.sessions import Sessions
from openline.api.openapi import document


def main(arguments: list[str]) -> int:
    """Write the document; the number of the exit."""
    if len(arguments) != 1:
        print("usage: python -m tools.write_openapi OUT.json", file=sys.stderr)
        return 2
    out = Path(arguments[0])
    out.parent.mkdir(parents=True, exist_ok=True)
    every = (
        *OPERATIONS,
        *people.operations(Sessions(TokenIssuer(new_key()), "")),
        config_operation(Console()),
        demo_operation(None),
        *BESIDE,
    )
    out.write_text(json.dumps(document(every), indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
