"""A first draft of an agreement: every field with a word about it, ready to be changed."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from openline.app.key_files import load_public_key
from openline.errors import InvalidInput
from openline.formats.instants import format_instant
from openline.line.agreement import check_id
from openline.line.signatures import public_key_text

_AREA_NAME: Final = "area.geojson"
_AREA: Final = """\
{
  "type": "Feature",
  "properties": {"name": "to be redrawn: the area where the agreement applies"},
  "geometry": {
    "type": "Polygon",
    "coordinates": [[[6.0, 53.0], [8.0, 53.0], [8.0, 54.5], [6.0, 54.5], [6.0, 53.0]]]
  }
}
"""
_HEAD: Final = """\
# The agreement of a line. It is in force when every party has signed this version:
#   openline agreement sign FILE --key KEY
# Comments, layout and the order of fields may differ between copies; values may not.

[agreement]
id = "{id}"
version = 1                        # raise it with every change
area = "{area}"              # a file beside this one; a notice without a place means all of it
valid = ["{start}", "{end}"]

[separation]                       # the minima of every check
lateral_nm = 5.0                   # or lateral_m
vertical_ft = 1000                 # or vertical_m
time_s = 60

# Classes of flight with minima of their own; flights of unknown class get the widest.
# [[flight_class]]
# id = "small-drone"
# name = "Drones below 25 kg"
# [[separation.between]]
# classes = ["small-drone", "small-drone"]
# lateral_m = 150
# vertical_ft = 100
# time_s = 30

[notice]
lead_time_min = 60                 # later than this: taken, and marked LATE
receipt_within_s = 60              # by the machine
read_within_s = 300                # by a duty officer
disseminated_within_s = 1800       # passed to the crews
urgent_alarms_s = [10, 30, 60]     # then the next step of the ladder

[query]
answer_within_days = 7
urgent_within_days = 2

# [authority]                      # tell the others of a plan without a valid authority
# shown_after_min = 60             # so long after its own side was told

# [private]                        # agree on private checks: would plans meet, without showing them
# grid = "manned"                  # or "drones", finer
# questions_per_hour = 6

[line_check]
machine_every_s = 60
human_every_h = 8
unknown_after_missed = 2
"""
_PARTY: Final = """
[[party]]
id = "{id}"
name = "{id}"                      # the full name
key = "{key}"
answers_for = []                   # members, by id
ladder = ["duty officer", "chief", "commander"]
channels = ["https", "bundle"]     # bundle: a signed file by e-mail, on a stick or over radio
frequencies_mhz = [121.5]
shows = {{ default = "conflicts" }}  # of its plans: full, cells or conflicts; or by party
# [[party.contact]]
# role = "duty officer"
# phone = "+00 000 0000"
"""


def new_agreement(
    name: str,
    agreement_id: str,
    parties: tuple[str, ...],
    valid: tuple[datetime, datetime] | None,
    now: datetime,
) -> list[tuple[str, bytes]]:
    """The files of a new agreement: names and contents; the area only if there is none yet.

    parties: ID or ID=KEY. Raises: InvalidInput, Unreachable for a key that cannot be read.
    """
    check_id(agreement_id, "id")
    if len(parties) < 2:
        raise InvalidInput("an agreement has at least two parties", cure="--party A --party B")
    tomorrow = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    start, end = valid or (tomorrow, tomorrow + timedelta(days=180))
    text = _HEAD.format(
        id=agreement_id, area=_AREA_NAME, start=format_instant(start), end=format_instant(end)
    )
    for word in parties:
        party, equals, key = word.partition("=")
        check_id(party, "party")
        text += _PARTY.format(id=party, key=public_key_text(load_public_key(key)) if equals else "")
    area = Path(name).parent / _AREA_NAME
    files = [(name, text.encode())]
    return files if area.exists() else [*files, (str(area), _AREA.encode())]
