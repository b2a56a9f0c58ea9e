"""What of the live sky travels is what the interface describes, field by field."""

from typing import Any

import msgspec

from openline.airspace.conformance.discrepancy import (
    Change,
    ConformanceEvent,
    Discrepancy,
    DiscrepancyKind,
    Offset,
)
from openline.airspace.entity import IntentState
from openline.airspace.track.report import Identity
from openline.airspace.track.rules import Reason
from openline.airspace.track.tracker import SetAside, Tracker, TrackEvent, TrackEventKind
from openline.api.sky import wire
from openline.app.sky.watch import SkyWatch
from openline.formats.sky_events import event_object, loss_object, track_object
from openline.geo.position import Position
from openline.line.observed import Observed, ObservedTold
from tests.unit.track_samples import at, flight, report


def _read(values: dict[str, object], kind: object) -> object:
    """The values read as the type says; whatever is in them must be in it too."""
    text = msgspec.json.encode(values)
    read = msgspec.json.decode(text, type=kind)
    assert msgspec.json.decode(msgspec.json.encode(read)) == msgspec.json.decode(text)
    return read


def test_a_track_is_as_described() -> None:
    tracker = Tracker()
    names = Identity.of(icao24="4b1617", callsign="SWR1")
    known: dict[str, Any] = {"pressure_altitude_ft": 9_000.0, "speed_mps": 50.0, "track_deg": 90.0}
    tracker.update([report(0, identity=names, **known), report(0, "4b1618")], at(0))
    for track in tracker:
        shown = _read(track_object(track, at(1), 15.0), wire.Track)
        assert isinstance(shown, wire.Track)
        assert shown.id == track.id


def test_events_of_pairs_and_tracks_are_as_described() -> None:
    watch, kinds = SkyWatch(), set()
    pairs = zip(
        flight("aaaaaa", 47, 8, 0, 200, seconds=30, passes_s=100),
        flight("bbbbbb", 47, 8, 90, 200, seconds=30, passes_s=100),
        strict=True,
    )
    for second, pair in enumerate(pairs):
        watch.take(list(pair), at(second))
        for event in watch.tick(at(second)):
            kinds.add(type(_read(event_object(event), wire.AnyEvent)))
    assert kinds == {wire.AlertEvent}
    came = TrackEvent(TrackEventKind.APPEARED, "t1", "SWR1", at(0))
    assert isinstance(_read(event_object(came), wire.AnyEvent), wire.TrackEvent)
    (loss, *_) = watch.encounters
    assert isinstance(_read(loss_object(loss), wire.Encounter), wire.Encounter)


def test_a_doubt_is_as_described() -> None:
    aside = SetAside(report(), Reason.SPEED, "too fast")
    assert isinstance(_read(event_object(aside), wire.AnyEvent), wire.SetAside)


def test_a_discrepancy_is_as_described() -> None:
    found = Discrepancy(
        DiscrepancyKind.OUTSIDE, "x", "north", "t1", Offset(10.0, 0.0, 0.0, 0), None, None
    )
    for discrepancy, place in ((found, Position(54.0, 7.0)), (None, None)):
        event = ConformanceEvent(
            Change.BEGAN, at(0), "x", "north", IntentState.NONCONFORMING, discrepancy
        )
        told = ObservedTold(7, Observed(event, place))
        read = _read(event_object(told), wire.AnyEvent)
        assert isinstance(read, wire.DiscrepancyEvent)


def test_a_stream_that_missed_too_much_is_as_described() -> None:
    assert isinstance(_read({"event": "resync"}, wire.AnyEvent), wire.Resync)
