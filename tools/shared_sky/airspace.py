"""Files of authorities: airspace, zones, a NOTAM, a notice without a place."""

import json
from typing import Any

from shared_sky.places import DAY, Km, at, box, place, polygon, spot


def dms(point: Km) -> str:
    """`53:38:26 N 006:52:50 E`, to the second (31 m)."""
    words = []
    for value, letters, width in zip(place(point), ("NS", "EW"), (2, 3), strict=True):
        seconds = round(abs(value) * 3600)
        degrees, rest = divmod(seconds, 3600)
        letter = letters[value < 0]
        words.append(f"{degrees:0{width}d}:{rest // 60:02d}:{rest % 60:02d} {letter}")
    return " ".join(words)


def ems_airspace() -> str:
    """Restricted and danger areas; OpenAir with activation times."""

    def area(klass: str, name: str, low: str, high: str, active: str, shape: list[str]) -> str:
        start, end = active.split("-")
        times = f"AA {DAY}T{start}Z/{DAY}T{end}Z"
        return "\n".join([f"AC {klass}", f"AN {name}", f"AL {low}", f"AH {high}", times, *shape])

    def ring(points: list[Km]) -> list[str]:
        return [f"DP {dms(p)}" for p in (*points, points[0])]

    flats = ring(box(20, 12, 24, 16))
    bulge = f"DB {dms((24, 12))}, {dms((24, 16))}"
    blocks = [
        "* Ems estuary, areas active on 15 June 2026. Sample data, not for navigation.",
        area("R", "ED-R 91 MEMMERT", "SFC", "1500ft AMSL", "06:00-18:00",
             [f"V X={dms((-7.9, 4.5))}", "DC 1"]),
        area("R", "ED-R 92 NORDERNEY FLATS", "SFC", "1000ft AMSL", "06:00-18:00",
             [*flats[:2], "V D=-", f"V X={dms((24, 14))}", bulge, *flats[3:]]),
        area("Q", "ED-D 41 EMS MOUTH", "SFC", "6000ft AMSL", "07:00-11:00",
             ring(box(-44, -20, -36, -12))),
        area("R", "ED-R 93 DOLLART", "GND", "500ft AGL", "06:00-18:00",
             ring(box(18, -39, 22, -35))),
    ]  # fmt: skip
    return "\n\n".join(blocks) + "\n"


def uas_zones() -> str:
    """Zones around plants; ED-318."""

    def texts(text: str) -> list[dict[str, str]]:
        return [{"text": text, "lang": "en-GB"}]

    def zone(number: int, name: str, geometry: dict[str, Any]) -> dict[str, Any]:
        layer = {"upper": 120, "upperReference": "AGL", "lower": 0, "lowerReference": "AGL"}
        properties = {
            "identifier": f"EMS{number:03d}",
            "country": "DEU",
            "name": texts(name),
            "type": "PROHIBITED",
            "variant": "COMMON",
            "reason": ["SENSITIVE"],
            "limitedApplicability": [
                {"startDateTime": at("06:00"), "endDateTime": at("18:00")},
            ],
            "zoneAuthority": [{"name": texts("Ems Ports Authority"), "purpose": "INFORMATION"}],
        }
        return {
            "type": "Feature",
            "properties": properties,
            "geometry": geometry | {"layer": layer | {"uom": "m"}},
        }

    def circle(centre: Km, radius_m: float) -> dict[str, Any]:
        return spot(centre) | {"extent": {"subType": "Circle", "radius": radius_m}}

    document = {
        "type": "FeatureCollection",
        "name": "UAS zones of the Ems ports (sample data)",
        "metadata": {"provider": texts("Ems Ports Authority"), "issued": at("00:00")},
        "features": [
            zone(1, "Rysum gas terminal", polygon(box(1, -27.6, 3, -25.6))),
            zone(2, "Leer, prison", circle((33.0, -43.5), 300)),
            zone(3, "Eemshaven power station", circle((-9.0, -18.5), 800)),
        ],
    }
    return json.dumps(document, indent=1) + "\n"


def kite_festival() -> str:
    """A temporary restriction; NOTAM text."""
    lat, lng = place((10.6, 2.8))

    def minutes(value: float, width: int) -> str:
        return f"{int(value):0{width}d}{round(value % 1 * 60):02d}"

    where = f"{minutes(lat, 2)}N{minutes(lng, 3)}E"
    return (
        f"(D1204/26 NOTAMN\nQ) EDWW/QRTCA/IV/BO/W/000/015/{where}001\n"
        "A) EDWW B) 2606151730 C) 2606151930\n"
        f"E) TEMPORARY RESTRICTED AREA ACTIVATED DUE TO KITE FESTIVAL AT NORDDEICH BEACH,\n"
        f"RADIUS 1NM CENTRED ON {where}.\nF) GND G) 1500FT AMSL)\n"
    )


def gnss_notice() -> str:
    """A notice with a time and no place; GeoJSON."""
    text = "Ships report loss of GNSS in the approaches of the Ems. Position of the source unknown."
    properties = {
        "kind": "notice",
        "notice": "EW-2026-166",
        "party": "Ems Watch",
        "name": "GNSS interference",
        "text": text,
        "time_start": at("20:00"),
        "time_end": at("20:30"),
    }
    notice = {"type": "Feature", "geometry": None, "properties": properties}
    return json.dumps(notice, indent=1) + "\n"
