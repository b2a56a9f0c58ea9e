"""The client of a line: what a party's own programs, and the command itself, talk to a server with.

from openline.client import Client
with Client("https://line.example", token=TOKEN) as line:
    print(line.me().party)
"""

from openline.client.client import Client
from openline.client.stream import StreamEvent

__all__ = ["Client", "StreamEvent"]
