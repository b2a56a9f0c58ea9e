"""The report as a page: self-contained, escaped, complete, honest, the same every time."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from openline.airspace.entity import Constraint, Notice, OperationalIntent
from openline.airspace.find import Findings, find_conflicts
from openline.airspace.separation import INTERSECTION, Separation
from openline.airspace.volume import Volume4D
from openline.geo.altitude import SURFACE, UNLIMITED, AltitudeBand, ellipsoid_band
from openline.geo.circle import Circle
from openline.geo.corridor import Corridor
from openline.geo.footprint import Footprint
from openline.geo.polygon import Polygon
from openline.report import render_report

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
STANDING = (
    "A notice is information, not permission and not protection; a receipt is not consent; "
    "unknown is never shown as clear."
)
VOID = {"meta", "link", "br", "img", "input", "hr"}


def volume(
    footprint: Footprint,
    minutes: tuple[float, float] = (0, 60),
    band: tuple[float, float] | AltitudeBand = (100, 500),
) -> Volume4D:
    start, end = (START + timedelta(minutes=m) for m in minutes)
    altitude = band if isinstance(band, AltitudeBand) else ellipsoid_band(*band)
    return Volume4D(footprint, altitude, start, end)


def intent(
    key: str, party: str, *volumes: Volume4D, name: str | None = None, source: str | None = None
) -> OperationalIntent:
    return OperationalIntent(key, party, volumes, name=name, source=source)


def render(findings: Findings, *warnings: str) -> str:
    return render_report(
        findings,
        title="A day over the lake",
        warnings=warnings,
        generated_at=datetime(2026, 11, 21, 17, 4, 5, 678, tzinfo=UTC),
        version="9.8.7",
        constraints=1,
        notices=2,
    )


class Page(HTMLParser):
    """Tags with their attributes, the text, and whether everything is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not (self.open and self.open[-1] == "style"):
            self.words.append(data)


def lake() -> Findings:
    """Overlap, distance, vertical gap, time gap, a constraint, unlocated notices, slices."""
    path = [(47.0 + 0.01 * n, 9.0 + 0.02 * n) for n in range(13)]
    slices = [
        volume(Corridor.of(path[n : n + 2], 400), (2 * n, 2 * n + 4), (600, 700)) for n in range(12)
    ]
    sea = Polygon.of([(46, 8), (46, 10), (48, 10), (48, 8)])
    ground = AltitudeBand(SURFACE, UNLIMITED, -50, 100_000, ("SFC widened to -50 m",))
    intents = [
        intent("heli", "Rescue", volume(Circle.of(47.05, 9.1, 3000)), name="Night watch"),
        intent("aid", "Aid Flight", volume(Corridor.of([(47.0, 9.2), (47.1, 9.2)], 500))),
        intent("late", "Pilots", volume(Circle.of(47.05, 9.1, 2000), (61, 90))),
        intent("patrol", "Delta", *slices, source="patrol.plan, item 4"),
    ]
    area = Constraint("EXA", "Tower", (volume(sea, (-600, 900), ground),), reason="Exercise")
    notices = [
        Notice(f"N-{n}", "Coast", START, START + timedelta(hours=2), text="Firing, place to follow")
        for n in (1, 2)
    ]
    return find_conflicts(
        intents, [area], Separation(9260, 304.8, timedelta(seconds=120)), notices=notices
    )


@pytest.fixture(scope="module")
def findings() -> Findings:
    return lake()


@pytest.fixture(scope="module")
def html(findings: Findings) -> str:
    return render(findings, "lake.kml: skipped: Placemark 'x' has <2> points")


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_the_sample_has_every_kind_of_conflict(findings: Findings) -> None:
    gaps = {word for conflict in findings for word in conflict.infringed}
    assert gaps == {"lateral", "vertical", "time"}
    assert any(not conflict.located for conflict in findings)
    assert any(conflict.located and not conflict.infringed for conflict in findings)


def test_the_page_is_well_formed_and_asks_nobody_for_anything(html: str, page: Page) -> None:
    assert page.open == []
    assert html.startswith("<!doctype html>")
    policy = next(a for t, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    words = (policy["content"] or "").split("; ")
    assert words[:3] == ["default-src 'none'", "style-src 'unsafe-inline'", "img-src data:"]
    assert not {"script", "iframe", "object", "embed", "img", "form"} & {t for t, _ in page.tags}
    for _, attributes in page.tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("href", "src", "xlink:href", "action", "data"):
            assert (attributes.get(name) or "#").startswith(("#", "data:,"))
    addresses = set(re.findall(r"[a-z]+://[^\s\"'<>)]+", html))
    assert addresses == {"http://www.w3.org/2000/svg"}, "a namespace names, it is not fetched"
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", html))
    assert "@import" not in html


def test_every_picture_is_xml_with_a_title_and_a_description(html: str) -> None:
    pictures = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    drawn = 0
    for picture in pictures:
        root = ElementTree.fromstring(picture)
        if root.get("role") != "img":
            continue
        drawn += 1
        named = {e.get("id"): e.tag.rpartition("}")[2] for e in root if e.text}
        assert [named[key] for key in (root.get("aria-labelledby") or "").split()] == [
            "title",
            "desc",
        ]
        assert "nan" not in picture.lower().replace("finance", "")
    located = sum(1 for conflict in lake() if conflict.located)
    assert drawn == 2 * located + 2


def test_ids_are_unique_and_every_link_leads_somewhere(html: str, page: Page) -> None:
    ids = Counter(a["id"] for _, a in page.tags if a.get("id"))
    assert [key for key, times in ids.items() if times > 1] == []
    targets = {(a["href"] or "")[1:] for _, a in page.tags if (a.get("href") or "").startswith("#")}
    targets |= set(re.findall(r"url\(#([^)]*)\)", html))
    targets |= {k for _, a in page.tags for k in (a.get("aria-labelledby") or "").split()}
    assert targets <= set(ids)


def test_headings_follow_each_other_and_tables_have_headers(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    tags = [tag for tag, _ in page.tags]
    assert tags.count("caption") == tags.count("table") > 0
    assert all(a.get("scope") in ("row", "col") for tag, a in page.tags if tag == "th")


def test_each_conflict_has_its_sentence_and_its_numbers(findings: Findings, page: Page) -> None:
    for conflict in findings:
        assert conflict.reason in page.text
    for words in ("22 November 2026", "2026-11-22 08:00Z to 09:00Z", "SFC to unlimited"):
        assert words in page.text
    for words in ("SFC widened to -50 m", "patrol.plan, item 4", "Night watch", "Exercise"):
        assert words in page.text
    assert "lateral: less than 5 NM (9,260 m)" in page.text
    assert "time: less than 2 min" in page.text
    assert "vertical: less than 304.8 m (1,000 ft)" in page.text


def test_the_head_says_what_when_and_how_close(findings: Findings, page: Page) -> None:
    for words in (
        "A day over the lake",
        "Made 2026-11-21 17:04:05Z with Openline 9.8.7",
        STANDING,
        "lateral 5 NM (9,260 m) ; vertical 304.8 m (1,000 ft) ; time 2 min",
        "Operational intents 4 Constraints 1 Notices 2 Volumes",
        f"Conflicts {len(findings)}",
    ):
        assert words.replace(" ;", ";") in page.text.replace(" ;", ";")


def test_unlocated_notices_come_first_and_have_no_picture(html: str, page: Page) -> None:
    text = page.text
    assert text.index("Notices without a place") < text.index("Overview")
    assert "stands for the whole agreed area, at every altitude" in text
    assert "Firing, place to follow" in text
    assert text.count("Coast : N-1") == text.count("Coast : N-2") == 1


def test_the_same_input_gives_the_same_page(findings: Findings, html: str) -> None:
    assert render(lake(), "lake.kml: skipped: Placemark 'x' has <2> points") == html


def test_warnings_are_listed_and_escaped(html: str, page: Page) -> None:
    assert "skipped: Placemark 'x' has <2> points" in page.text
    assert "has &lt;2&gt; points" in html


def test_no_conflicts_is_said_honestly() -> None:
    far = [
        intent("one", "A", volume(Circle.of(10, 10, 100))),
        intent("two", "B", volume(Circle.of(20, 20, 100))),
    ]
    page = Page(render(find_conflicts(far)))
    assert page.open == []
    assert "No conflicts found among 2 operational intents, 1 constraint and 2 notices" in page.text
    assert "says nothing about traffic that was not given" in page.text
    assert page.text.count(STANDING) >= 2
    rest = page.text.replace(STANDING, "").lower()
    assert not re.search(r"\b(clear|safe|safely|approved|no risk)\b", rest)


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></svg><b>",
    "]]>&amp;{{ 7*7 }}{% raw %}",
    "\u202eevil\u2066\x00\x1b\uffff",
    "שלום עולם",
    "شركة الطيران",
    "x" * 500,
    "長い名前" * 100,
)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_from_strangers_stay_text(name: str) -> None:
    place = Circle.of(47, 9, 1000)
    one = intent(name, name, volume(place), name=name + "\ud800!", source=name)
    two = Constraint(name, name + "2", (volume(place),), reason=name)
    notice = Notice(name, name + "3", START, START + timedelta(hours=1), text=name, name=name)
    html = render(find_conflicts([one], [two], notices=[notice]), name)
    html.encode("utf-8")
    page = Page(html)
    assert page.open == []
    assert not {"script", "img", "b"} & {tag for tag, _ in page.tags}
    for picture in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        ElementTree.fromstring(picture)
    assert not set("\u202e\u2066\x00\x1b") & set(html)
    assert html.count("\u2068") == html.count("\u2069")
    if "{{" in name:
        assert "{{ 7*7 }}{% raw %}" in page.text


def test_a_page_of_many_conflicts_is_bounded_and_says_what_it_leaves_out() -> None:
    crowd = [intent(f"i{n}", f"P{n}", volume(Circle.of(47 + n * 1e-4, 9, 500))) for n in range(22)]
    found = find_conflicts(crowd)
    assert len(found) == 231
    html = render(found)
    page = Page(html)
    assert "The worst 200 of 231 conflicts with a place are shown" in page.text
    assert sum(1 for _, a in page.tags if a.get("class") == "conflict") == 200
    assert page.text.count("Overlap") >= 231
    links = {a["href"] for _, a in page.tags if (a.get("href") or "").startswith("#conflict-")}
    assert links <= {f"#conflict-{n}" for n in range(1, 201)}


def test_outlines_of_thousands_of_points_are_thinned_out() -> None:
    def star(lat: float) -> Polygon:
        import math

        turns = [2 * math.pi * n / 4000 for n in range(4000)]
        return Polygon.of(
            [
                (lat + (1 + 0.2 * math.sin(400 * t)) * math.sin(t) * 0.2, 9 + 0.3 * math.cos(t))
                for t in turns
            ]
        )

    one, two = (intent(str(n), str(n), volume(star(47 + n / 10))) for n in range(2))
    found = find_conflicts([one, two])
    assert len(found) == 1
    html = render(found)
    longest = max(len(d.split("L")) for d in re.findall(r' d="([^"]*)"', html))
    assert longest <= 510
    assert len(html) < 120_000


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (Circle.of(90, 0, 30_000), Corridor.of([(89, 0), (89.9, 120)], 5000)),
        (Circle.of(-17, 180, 3000), Polygon.of([(-17, 179.9), (-17.1, -179.9), (-16.9, -179.9)])),
        (Circle.of(0, 0, 0.2), Circle.of(0, 0, 4_000_000)),
        (Circle.of(0, 0, 4_900_000), Circle.of(5, 50, 4_900_000)),
        (Circle.of(47, 9, 1), Circle.of(47.000001, 9, 1)),
    ],
)
def test_extreme_places_and_sizes_are_drawn(one: Footprint, two: Footprint) -> None:
    found = find_conflicts([intent("1", "A", volume(one)), intent("2", "B", volume(two))])
    html = render(found)
    assert Page(html).open == []
    assert "nan" not in html.lower()
    assert "inf " not in html.lower()
    numbers = [abs(float(n)) for n in re.findall(r"[ ML](-?\d+\.?\d*) ", " ".join(paths(html)))]
    assert max(numbers) < 2000


def paths(html: str) -> list[str]:
    return re.findall(r' d="([^"]*)"', html)


def test_conflicts_all_over_the_world_are_drawn() -> None:
    seen = []
    for n, (lat, lng) in enumerate([(0, 0), (0, 90), (0, 180), (0, -90), (89, 0), (-89, 0)]):
        seen += [
            intent(f"{n}{k}", f"{k}", volume(Circle.of(lat, lng, 900_000))) for k in ("a", "b")
        ]
    page = Page(render(find_conflicts(seen)))
    assert page.open == []


def luminance(colour: str) -> float:
    """Relative luminance as in WCAG 2.1."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_has_enough_contrast(html: str, scheme: int) -> None:
    blocks = re.findall(r":root \{(.*?)\}", html, re.DOTALL)
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", blocks[scheme]))
    pairs = [
        (text, ground)
        for ground in ("paper", "panel", "ground", "alert")
        for text in ("ink", "quiet", "link")
    ]
    pairs += [(fill, "paper") for fill in ("danger", "notice", "a", "b")]
    for one, other in pairs:
        light, dark = sorted((luminance(colours[one]), luminance(colours[other])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (one, other)


def test_findings_without_anything_render() -> None:
    assert Page(render(Findings((), INTERSECTION, 0, 0, 0))).open == []
