"""Makes the files of examples/shared-sky: one day of ten organisations around the Ems estuary.

    python tools/make_shared_sky.py [--output DIRECTORY]

Places are kilometres east and north of 53.60N 7.00E, so that distances can be checked by hand;
pyproj (an azimuthal projection on WGS-84) turns them into latitude and longitude, rounded to 1e-5
degrees (about 1 m). The organisations and their plans are invented; islands and towns are real.
Which pairs come too close and which only seem to: examples/shared-sky/README.md.
"""

import argparse
import sys
from pathlib import Path
from typing import Final

from shared_sky import airspace, crewed, drones, plan

OUTPUT: Final = Path(__file__).parents[1] / "examples/shared-sky"
FILES: Final = {
    "air-force-north.geojson": crewed.air_force_north,
    "air-force-west.csv": crewed.air_force_west,
    "borkum-parcel.kml": drones.borkum_parcel,
    "dollart-dyke.plan": plan.dollart_dyke,
    "ems-airspace.txt": airspace.ems_airspace,
    "ems-coast-rescue.geojson": crewed.ems_coast_rescue,
    "ems-med.json": drones.ems_med,
    "ems-ports-zones.json": airspace.uas_zones,
    "ems-watch.geojson": airspace.gnss_notice,
    "harbour-relief.jsonl": crewed.harbour_relief,
    "juist-media.gpx": drones.juist_media,
    "norddeich.notam": airspace.kite_festival,
    "riff-wind.csv": drones.riff_wind,
    "seal-count.geojson": drones.seal_count,
}


def main(words: list[str]) -> None:
    """Writes every file."""
    parser = argparse.ArgumentParser(description="Make the example of a shared sky.")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    output: Path = parser.parse_args(words).output
    output.mkdir(parents=True, exist_ok=True)
    for name, make in FILES.items():
        (output / name).write_bytes(make().encode())
    print(f"{len(FILES)} files in {output}")


if __name__ == "__main__":
    main(sys.argv[1:])
