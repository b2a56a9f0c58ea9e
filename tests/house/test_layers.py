"""An arrow means "may import": the layers of ARCHITECTURE.md, held by reading the imports."""

import ast
import sys

import pytest

from tests.house.tree import Module, imported_names, listing, modules

BASE = {"units", "errors", "clock", "limits"}
_GEO = BASE | {"geo"}
_AIRSPACE = _GEO | {"airspace"}
_LINE = _AIRSPACE | {"line"}
_FORMATS = _LINE | {"formats"}
_REPORT = _FORMATS | {"report"}
_STORE = _LINE | {"store"}
_APP = _REPORT | _STORE | {"app"}
_EDGES = {"api", "feeds", "cli", "wiring", "client"}
MAY_IMPORT = dict.fromkeys(BASE, BASE) | {
    "geo": _GEO,
    "airspace": _AIRSPACE,
    "encounter": _AIRSPACE,  # openline/encounter.py: the public calls for encounters
    "formats": _FORMATS,
    "report": _REPORT,
    "line": _LINE,
    "store": _STORE,
    "app": _APP,
    "api": _APP | {"api"},
    "feeds": _APP | {"feeds"},
    "wiring": _APP | _EDGES,
    "cli": _APP | _EDGES | {"demo"},
    "demo": _APP | {"demo", "client", "api"},  # of api only what travels, and its own page
    "client": _APP | {"client", "api"},  # of api only what travels: api.line.wire
    "": _APP | {"client"},  # openline/__init__.py: the public names
    "__main__": {"cli"},
}

# Domain code computes: it reads no file, no clock, no network and no chance.
PURE = ("geo", "airspace", "line", "store.ports", "store.memory")
IMPURE_MODULES = {
    *("json", "socket", "logging", "os", "pathlib", "time", "random", "secrets", "shutil"),
    *("tempfile", "urllib", "http", "asyncio", "sqlite3", "io", "subprocess"),
}
IMPURE_CALLS = {"open", "print", "input", "exec", "eval"}

# Which part of the package may import which library.
LIBRARIES = {
    "numpy": ("geo", "airspace", "report", "store.index", "store.curve", "store.columns"),
    "numba": (
        "airspace.encounter.compiled",
        "airspace.encounter.compiled_interval",
    ),
    "s2geometry": ("geo.s2",),
    "geographiclib": ("geo",),
    "defusedxml": ("formats",),
    "msgspec": ("formats", "report", "app", "api", "cli", "client"),
    "distributed": ("app.scan_engine",),
    "ortools": ("app.solver",),
    "pyarrow": ("formats.tracks_parquet", "formats.losses_parquet", "formats.positions_arrow"),
    "jinja2": ("report",),
    "markupsafe": ("report",),  # jinja2's own type for escaped text
    "click": ("cli",),
    "rich": ("cli",),
    "apsw": ("store.sqlite",),
    "psycopg": ("store.postgres",),
    "starlette": ("api", "wiring"),
    "uvicorn": ("api.run",),
    "jwt": ("api.auth",),
    "argon2": ("app.line.accounts",),
    "private_set_intersection": ("app.private.worker",),
    "apprise": ("app.line.alert_senders",),
    "httpx": ("client",),
    "cryptography": ("api.auth", "app.ed25519", "app.key_files"),
    "prometheus_client": ("api.metrics",),
}
NO_NETWORK = {"socket", "http", "urllib.request", "asyncio", "ssl"}  # formats: bytes in, bytes out


def _within(dotted: str, places: tuple[str, ...]) -> bool:
    return any(dotted == place or dotted.startswith(place + ".") for place in places)


def _layer(dotted: str) -> str:
    return dotted.partition(".")[0]


SOURCES = modules("src/openline")


@pytest.mark.parametrize("module", SOURCES, ids=lambda m: m.name)
def test_imports_point_down(module: Module) -> None:
    layer = _layer(module.dotted)
    assert layer in MAY_IMPORT, f"Cure: give the new layer {layer!r} its place in MAY_IMPORT."
    wrong = []
    for name, line in imported_names(module.tree):
        parts = name.split(".")
        if parts[0] != "openline" or len(parts) < 2:
            continue
        target = parts[1] if parts[1] in MAY_IMPORT else ""
        if target not in MAY_IMPORT[layer] and not (target == "" and layer == "cli"):
            wrong.append(f"{module.name}:{line} imports openline.{'.'.join(parts[1:])}")
    may = sorted(MAY_IMPORT[layer])
    cure = f"{layer or 'openline'} may import {may}; move the code or hand in the value."
    assert not wrong, listing(wrong, cure)


@pytest.mark.parametrize("module", SOURCES, ids=lambda m: m.name)
def test_libraries_enter_by_their_door(module: Module) -> None:
    wrong = []
    for name, line in imported_names(module.tree):
        library = name.partition(".")[0]
        if library in sys.stdlib_module_names or library == "openline":
            continue
        doors = LIBRARIES.get(library, ())
        if not _within(module.dotted, doors):
            where = ", ".join(doors) or "nowhere yet"
            wrong.append(f"{module.name}:{line} imports {library}; its door: {where}")
    cure = (
        "call the module that is the door; a new library needs a line in pyproject.toml, a decision"
        " in docs/decisions and an entry in LIBRARIES."
    )
    assert not wrong, listing(wrong, cure)


@pytest.mark.parametrize(
    "module", [m for m in SOURCES if _within(m.dotted, PURE)], ids=lambda m: m.name
)
def test_domain_code_does_no_input_or_output(module: Module) -> None:
    wrong = [
        f"{module.name}:{line} imports {name}"
        for name, line in imported_names(module.tree)
        if name.partition(".")[0] in IMPURE_MODULES
    ]
    wrong += [
        f"{module.name}:{node.lineno} calls {node.func.id}()"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in IMPURE_CALLS
    ]
    cure = "do it in formats, app or cli and hand the value in."
    assert not wrong, listing(wrong, cure)


@pytest.mark.parametrize(
    "module", [m for m in SOURCES if _within(m.dotted, ("formats",))], ids=lambda m: m.name
)
def test_formats_use_no_network(module: Module) -> None:
    wrong = [
        f"{module.name}:{line} imports {name}"
        for name, line in imported_names(module.tree)
        if any(name == banned or name.startswith(banned + ".") for banned in NO_NETWORK)
    ]
    assert not wrong, listing(wrong, "a format turns bytes into values; fetching is the caller's.")
