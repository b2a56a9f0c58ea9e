"""An agreement with everything in it, as text, and the keys of its parties."""

import json
from datetime import UTC, datetime
from pathlib import Path

from openline.app.ed25519 import signer_of_seed
from openline.formats.agreement_toml import read_agreement
from openline.geo.circle import Circle
from openline.geo.footprint import Footprint
from openline.geo.position import Position
from openline.line.agreement import Agreement
from openline.line.signatures import public_key_text

NORTH = signer_of_seed(b"agreement north" + bytes(17))
SOUTH = signer_of_seed(b"agreement south" + bytes(17))
EAST = signer_of_seed(b"agreement east" + bytes(18))
DURING = datetime(2026, 12, 1, tzinfo=UTC)
AREA = Circle(Position(54.0, 7.0), 100_000.0)
TEXT = f"""\
[agreement]
id = "northern-sky"
version = 3
area = "area.geojson"
valid = ["2026-11-01T00:00Z", 2027-05-01T00:00:00Z]

[separation]
lateral_nm = 5.0
vertical_ft = 1000
time_s = 60
[[separation.between]]
classes = ["drone", "drone"]
lateral_m = 150
vertical_m = 30
time_s = 30
[[separation.between]]
classes = ["tanker", "drone"]
lateral_nm = 20
vertical_ft = 500
time_s = 0

[[flight_class]]
id = "drone"
name = "Drones below 25 kg"
[[flight_class]]
id = "tanker"
name = "Air-to-air refuelling"

[notice]
lead_time_min = 60
receipt_within_s = 60
read_within_s = 300
disseminated_within_s = 1800
urgent_alarms_s = [10, 30, 60]

[query]
answer_within_days = 7
urgent_within_days = 2

[line_check]
machine_every_s = 60
human_every_h = 8
unknown_after_missed = 2

[[party]]
id = "north"
name = "Northern Air Cell"
key = "{public_key_text(NORTH.public_key)}"
answers_for = ["north-uav", "north-helicopters"]
ladder = ["duty officer", "cell chief"]
channels = ["https", "bundle"]
frequencies_mhz = [121.5, 243.0]
shows = {{ default = "cells", south = "full" }}
[[party.contact]]
role = "duty officer"
phone = "+00 000 0001"

[[party]]
id = "south"
name = "Southern Rescue"
key = "{public_key_text(SOUTH.public_key)}"
"""


def line_of(needle: str, text: str = TEXT) -> int:
    """The number of the first line with that text in it."""
    return next(at for at, line in enumerate(text.split("\n"), start=1) if needle in line)


def area_of(name: str) -> Footprint:
    assert name == "area.geojson"
    return AREA


def sample(text: str = TEXT) -> Agreement:
    return read_agreement(text.encode(), "agreement.toml", area_of)


def write_sample(folder: Path, text: str = TEXT) -> str:
    """The agreement and its area as files; the name of the agreement."""
    ring = [[6.0, 53.0], [8.0, 53.0], [8.0, 54.5], [6.0, 54.5], [6.0, 53.0]]
    area = {"type": "Polygon", "coordinates": [ring]}
    (folder / "area.geojson").write_text(json.dumps(area))
    path = folder / "agreement.toml"
    path.write_text(text)
    return str(path)
