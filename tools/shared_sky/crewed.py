"""Files of those with crews: two air forces, the rescue helicopter, the aid flight."""

import json
from typing import Any

from shared_sky.places import (
    EELDE,
    EMDEN,
    JUIST,
    LANGEOOG,
    NORDDEICH,
    NORDERNEY,
    WITTMUND,
    at,
    box,
    collection,
    feature,
    line,
    polygon,
    spot,
)


def air_force_north() -> str:
    """Training areas over the German Bight; GeoJSON; flight levels and feet over the sea."""

    def area(
        number: int, name: str, geometry: object, when: str, low: str, high: str, **more: object
    ) -> dict[str, Any]:
        limits = {"altitude_lower": low, "altitude_upper": high}
        return feature(f"AFN-{number}", name, geometry, when, **limits, **more)

    riff = polygon(box(-60, 25, -30, 50))
    elbow = polygon([(0, 22), (20, 22), (20, 30), (8, 30), (8, 50), (0, 50)])
    ring = polygon(box(25, 30, 55, 60), box(34, 39, 46, 51)[::-1])
    return collection(
        "Air Force North",
        [
            area(1, "TRA Borkum Riff", riff, "06:00-07:30", "FL100", "FL180"),
            area(2, "TRA Borkum Riff", riff, "14:00-15:30", "FL100", "FL180"),
            area(3, "TRA Ring, outside only", ring, "09:00-11:00", "2000 ft AMSL", "FL100"),
            area(4, "Low-level transit", line(WITTMUND, (20, 30)), "11:30-11:50", "800 ft AMSL",
                 "1500 ft AMSL", half_width_m=1000),
            area(5, "TRA Elbow", elbow, "12:00-13:30", "FL080", "FL140"),
            area(6, "TRA Borkum Riff High", riff, "16:00-17:00", "FL200", "FL300"),
            area(
                7, "TRA Night", polygon(box(20, 55, 50, 80)), "19:30-20:45", "FL150", "FL250"
            ),
            area(8, "West, then east", polygon(box(-20, 55, -5, 65)), "17:00-17:20", "FL050",
                 "FL080"),
            area(8, "West, then east", polygon(box(5, 55, 20, 65)), "17:40-18:00", "FL050",
                 "FL080"),
            area(9, "TRA Jade", polygon(box(60, 25, 80, 45)), "13:40-14:40", "FL060", "FL120"),
        ],
    )  # fmt: skip


def air_force_west() -> str:
    """Ranges, a tanker track, low-level routes; CSV with WKT; feet over the sea, flight levels."""

    def wkt(shape: dict[str, Any]) -> str:
        rings = shape["coordinates"]
        if shape["type"] == "Polygon":
            words = ", ".join(f"{x} {y}" for x, y in rings[0])
            return f"POLYGON (({words}))"
        if shape["type"] == "Point":
            return f"POINT ({rings[0]} {rings[1]})"
        words = ", ".join(f"{x} {y}" for x, y in rings)
        return f"LINESTRING ({words})"

    lauwers = wkt(polygon(box(-75, 0, -60, 15)))
    riff = wkt(polygon(box(-60, 25, -30, 50)))
    rows = [
        ("AFW-1", "Lauwers Range", "07:00-09:00", "SFC", "10000 ft AMSL", "", "", lauwers),
        ("AFW-2", "Lauwers Range", "13:00-15:00", "SFC", "10000 ft AMSL", "", "", lauwers),
        ("AFW-3", "Tanker track", "15:00-16:00", "12000 ft AMSL", "14000 ft AMSL", "", "5000",
         wkt(line((-70, 35), (-20, 35)))),
        ("AFW-4", "Borkum Riff Low", "16:00-17:00", "FL070", "FL120", "", "", riff),
        ("AFW-5", "Holding inside the ring", "09:30-10:30", "3000 ft AMSL", "8000 ft AMSL",
         "3000", "", wkt(spot((40, 45)))),
        ("AFW-6", "Elbow North", "12:15-13:15", "FL080", "FL140", "", "",
         wkt(polygon(box(12, 36, 20, 48)))),
        ("AFW-7", "East box", "17:00-17:20", "FL050", "FL080", "", "",
         wkt(polygon(box(7, 57, 15, 63)))),
        ("AFW-8", "Low-level route north-east", "10:00-10:20", "500 ft AMSL", "1000 ft AMSL", "",
         "1000", wkt(line((-50, -10), (10, 50)))),
        ("AFW-9", "Ems Mouth Low", "18:10-18:28", "1200 ft AMSL", "3000 ft AMSL", "", "",
         wkt(polygon(box(-26, -22, -15.818, -9.054)))),
    ]  # fmt: skip
    head = "party,intent,name,time_start,time_end,altitude_lower,altitude_upper,radius_m,"
    lines = [head + "half_width_m,wkt"]
    for intent, name, when, low, high, radius, half_width, shape in rows:
        start, end = when.split("-")
        cells = ("Air Force West", intent, name, at(start), at(end), low, high, radius, half_width)
        lines.append(",".join(cells) + f',"{shape}"')
    return "\r\n".join(lines) + "\r\n"


def ems_coast_rescue() -> str:
    """Helicopter flights with priority; GeoJSON."""

    def flight(number: int, name: str, shape: object, when: str, **more: object) -> dict[str, Any]:
        state = {"state": "Accepted", "priority": 80}
        return feature(f"rescue-{number}", name, shape, when, **(state | more))

    def limits(low: str, high: str) -> dict[str, object]:
        return {"altitude_lower": low, "altitude_upper": high}

    sea = {"altitude_unit": "m", "altitude_reference": "W84"}
    return collection(
        "Ems Coast Rescue",
        [
            flight(1, "Patient from Juist", line(NORDDEICH, JUIST), "08:00-08:40",
                   half_width_m=500, **limits("SFC", "1500 ft AMSL")),
            flight(2, "Winch training at Riffgat", spot((-33.0, 12.0)), "09:00-10:00",
                   radius_m=800, **limits("SFC", "1000 ft AMSL")),
            flight(3, "Hospital Emden", spot(EMDEN), "12:20-12:40",
                   radius_m=400, **limits("SFC", "1000 ft AMSL")),
            flight(4, "Wittmund to Langeoog", line(WITTMUND, LANGEOOG), "13:20-13:40",
                   half_width_m=500, **limits("1000 ft AMSL", "2000 ft AMSL")),
            flight(5, "Borkum to Emden", line((-19.2, -0.4), EMDEN), "15:00-15:25",
                   half_width_m=500, altitude_lower=290, altitude_upper=600, **sea),
            flight(6, "Norderney to Norddeich", line(NORDERNEY, NORDDEICH), "16:00-16:20",
                   half_width_m=500, altitude_lower=260, altitude_upper=500,
                   altitude_unit="m", altitude_reference="AMSL"),
        ],
    )  # fmt: skip


def harbour_relief() -> str:
    """An aid flight that climbs in steps, a low supply run, the way back; JSON lines."""
    legs = [
        ((EELDE, (-5, -35)), "13:00-13:15", "1000 ft AMSL", "3000 ft AMSL"),
        (((-5, -35), (20, -10)), "13:10-13:25", "3000 ft AMSL", "6000 ft AMSL"),
        (((20, -10), (50, 20)), "13:20-13:35", "6000 ft AMSL", "8000 ft AMSL"),
        (((50, 20), (75, 45)), "13:30-13:50", "FL080", "FL100"),
    ]
    features = [
        feature("relief-out", "Eelde to Helgoland", line(*ends), when, party="Harbour Relief",
                altitude_lower=low, altitude_upper=high, half_width_m=1500)
        for ends, when, low, high in legs
    ]  # fmt: skip
    features.append(
        feature("relief-borkum", "Supply run to Borkum", line((-11.0, -17.0), (-19.2, -0.4)),
                "18:30-18:50", party="Harbour Relief", altitude_lower="300 ft AMSL",
                altitude_upper="800 ft AMSL", half_width_m=500)
    )  # fmt: skip
    features.append(
        feature("relief-back", "Helgoland to Eelde", line((75, 45), EELDE), "20:50-21:30",
                party="Harbour Relief", altitude_lower="FL090", altitude_upper="FL110",
                half_width_m=1500)
    )  # fmt: skip
    return "".join(json.dumps(f) + "\n" for f in features)
