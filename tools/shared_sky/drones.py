"""Files of five drone operators, each as its own tool writes it."""

import json
import uuid
from typing import Any, Final

from shared_sky.places import (
    BORKUM,
    DELFZIJL,
    EEMSHAVEN,
    EMDEN,
    LEER,
    NORDDEICH,
    NORDERNEY,
    Km,
    at,
    box,
    collection,
    feature,
    lane,
    lnglat,
    place,
    polygon,
    spot,
)

_KML_HEAD: Final = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2">
<Document>
  <name>Borkum parcel flights, Monday</name>
  <Style id="route"><LineStyle><color>ff2080ff</color><width>3</width></LineStyle></Style>
  <Folder>
    <name>Planned</name>
    <ExtendedData>
      <Data name="party"><value>Borkum Parcel</value></Data>
      <Data name="altitude_lower"><value>60</value></Data>
      <Data name="altitude_upper"><value>120</value></Data>
      <Data name="altitude_reference"><value>AMSL</value></Data>
      <Data name="half_width_m"><value>150</value></Data>
    </ExtendedData>
"""
_PLACEMARK: Final = """    <Placemark id="{id}">
      <name>{name}</name>
      <styleUrl>#route</styleUrl>
      <TimeSpan><begin>{start}</begin><end>{end}</end></TimeSpan>
      {geometry}
    </Placemark>
"""
_EXTRUDED: Final = """    <Placemark id="parcel-8">
      <name>Test hover at Eemshaven</name>
      <TimeSpan><begin>{start}</begin><end>{end}</end></TimeSpan>
      <ExtendedData>
        <Data name="altitude_reference"><value>AGL</value></Data>
        <Data name="altitude_lower"><value>0</value></Data>
        <Data name="altitude_upper"><value>60</value></Data>
      </ExtendedData>
      <Polygon>
        <extrude>1</extrude>
        <altitudeMode>relativeToGround</altitudeMode>
        <outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs>
      </Polygon>
    </Placemark>
"""


def seal_count() -> str:
    """Sandbanks counted from 120 m above the ground; GeoJSON."""

    def count(number: int, name: str, shape: object, when: str, **more: object) -> dict[str, Any]:
        limits = {"altitude_lower": 0, "altitude_upper": 120, "altitude_reference": "AGL"}
        return feature(f"seals-{number}", name, shape, when, **limits, **more)

    randzel = polygon(box(-18, -8, -14, -5))
    return collection(
        "Wadden Seal Count",
        [
            count(1, "Randzel, early", randzel, "06:00-06:25"),
            count(2, "Randzel, low water", randzel, "10:10-10:50"),
            count(3, "Juist, south side", polygon(box(6, 6, 8, 8)), "14:00-14:40"),
            count(4, "Langeoog, Flinthörn", spot((32.0, 12.0)), "11:20-12:00", radius_m=500),
            count(5, "Leybucht", spot((5.0, -9.0)), "09:00-10:00", radius_m=1500),
            count(6, "Kachelotplate", polygon(box(-16, 5, -14, 7)), "10:00-10:30"),
            count(7, "Hohes Riff", polygon(box(-27, -4, -24, -1)), "17:00-17:40"),
        ],
    )


def riff_wind() -> str:
    """Turbine inspections, one circle each; a table from a spreadsheet with semicolons."""
    rows = [
        ("RW-1", "Turbine 01", (-36.0, 9.0), "05:30-06:30"),
        ("RW-2", "Turbine 04", (-35.0, 9.5), "07:00-08:00"),
        ("RW-3", "Turbine 12", (-33.955, 11.045), "09:15-09:45"),
        ("RW-4", "Turbine 07", (-36.0, 11.0), "09:00-10:00"),
        ("RW-5", "Turbine 15", (-34.5, 9.0), "10:00-10:30"),
        ("RW-6", "Turbine 18", (-33.0, 9.0), "13:00-14:00"),
        ("RW-7", "Turbine 21", (-35.5, 10.0), "15:40-16:30"),
        ("RW-8", "Turbine 30", (-34.0, 10.5), "20:05-20:25"),
    ]
    lines = ["operator;flight_id;title;lat;lon;radius_m;start;end;floor;ceiling"]
    for flight, name, centre, when in rows:
        lat, lng = place(centre)
        start, end = when.split("-")
        where = f"{lat};{lng};250"
        lines.append(
            f"Riff Wind Inspection;{flight};{name};{where};{at(start)};{at(end)};SFC;220 m AMSL"
        )
    return "\r\n".join(lines) + "\r\n"


def borkum_parcel() -> str:
    """Parcel drones between Eemshaven and the islands; KML as drawn in Google Earth."""

    def words(points: list[Km], height_m: int) -> str:
        return " ".join(f"{lng},{lat},{height_m}" for lng, lat in map(lnglat, points))

    there, back = [EEMSHAVEN, BORKUM], [BORKUM, EEMSHAVEN]
    by_memmert = [EEMSHAVEN, (-7.5, 3.4), (0.0, 8.2)]
    rows = [
        (1, "Eemshaven - Borkum", there, "06:30-07:00"),
        (2, "Borkum - Eemshaven", back, "07:30-08:00"),
        (3, "Eemshaven - Borkum", there, "10:00-10:40"),
        (4, "Borkum - Eemshaven", back, "12:00-12:30"),
        (5, "Eemshaven - Borkum", there, "15:00-15:30"),
        (6, "Borkum - Eemshaven", back, "17:00-17:30"),
        (7, "Eemshaven - Juist", by_memmert, "11:00-11:40"),
    ]
    text = _KML_HEAD
    for number, name, points, when in rows:
        start, end = when.split("-")
        geometry = (
            "<LineString><altitudeMode>absolute</altitudeMode><coordinates>"
            f"{words(points, 120)}</coordinates></LineString>"
        )
        text += _PLACEMARK.format(
            id=f"parcel-{number}", name=name, start=at(start), end=at(end), geometry=geometry
        )
    ring = box(-12.1, -17.1, -11.5, -16.5)
    text += _EXTRUDED.format(start=at("05:00"), end=at("05:30"), ring=words([*ring, ring[0]], 60))
    return f"{text}  </Folder>\n</Document>\n</kml>\n"


def juist_media() -> str:
    """Three filmed flights, exported from a simulator with a time on each point; GPX."""
    tracks = [
        ("Juist village", [(0.0, 8.8), (1.0, 9.1), (2.0, 9.0), (0.6, 8.7)], ("08", 10)),
        ("Juist airfield dunes", [(3.7, 9.4), (4.6, 9.7), (5.2, 9.6), (4.0, 9.4)], ("12", 30)),
        ("Norddeich kite festival", [(10.2, 2.6), (10.6, 2.9), (11.0, 2.7), (10.4, 2.5)],
         ("18", 0)),
    ]  # fmt: skip
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<gpx version="1.1" creator="Simulator" '
    text = head + 'xmlns="http://www.topografix.com/GPX/1/1">\n'
    for name, points, (hour, minute) in tracks:
        text += f"  <trk>\n    <name>{name}</name>\n    <trkseg>\n"
        for number, point in enumerate(points):
            lat, lng = place(point)
            when = at(f"{hour}:{minute + 5 * number:02d}")
            height = (12.0, 70.0, 70.0, 15.0)[number]
            text += f'      <trkpt lat="{lat}" lon="{lng}"><ele>{height}</ele>'
            text += f"<time>{when}</time></trkpt>\n"
        text += "    </trkseg>\n  </trk>\n"
    return f"{text}</gpx>\n"


def ems_med() -> str:
    """Medical deliveries of a U-space provider; F3548 JSON, metres over the ellipsoid."""

    def intent(number: int, shape: dict[str, Any], when: str, low: int, high: int) -> object:
        start, end = when.split("-")
        volume = shape | {
            "altitude_lower": {"value": low, "reference": "W84", "units": "M"},
            "altitude_upper": {"value": high, "reference": "W84", "units": "M"},
        }
        times = {"time_start": {"value": at(start), "format": "RFC3339"}}
        times["time_end"] = {"value": at(end), "format": "RFC3339"}
        name = str(uuid.uuid5(uuid.NAMESPACE_URL, f"shared-sky/ems-med/{number}"))
        reference = {"id": name, "manager": "ems-med", "state": "Accepted", "version": 1} | times
        details = {"volumes": [{"volume": volume} | times], "off_nominal_volumes": [],
                   "priority": 10}  # fmt: skip
        return {"reference": reference, "details": details}

    def around(ring: list[Km]) -> dict[str, Any]:
        points = [dict(zip(("lat", "lng"), place(p), strict=True)) for p in ring]
        return {"outline_polygon": {"vertices": points}}

    def circle(centre: Km, radius_m: float) -> dict[str, Any]:
        lat, lng = place(centre)
        radius = {"value": radius_m, "units": "M"}
        return {"outline_circle": {"center": {"lat": lat, "lng": lng}, "radius": radius}}

    intents = [
        intent(1, around(lane(EMDEN, LEER, 0.1)), "07:00-07:40", 60, 160),
        intent(2, circle(EMDEN, 300), "12:00-12:17", 40, 160),
        intent(3, circle((7.6, -6.4), 1500), "09:00-10:00", 50, 160),
        intent(4, around(lane(EMDEN, (13.2, -46.7), 0.1)), "09:20-10:00", 50, 150),
        intent(5, around(lane(EMDEN, DELFZIJL, 0.1)), "14:00-14:30", 50, 160),
        intent(6, around(lane(NORDDEICH, NORDERNEY, 0.1)), "16:00-16:30", 50, 120),
        intent(7, around(lane(LEER, EMDEN, 0.1)), "18:00-18:40", 60, 160),
    ]
    return json.dumps({"operational_intents": intents}, indent=1) + "\n"
