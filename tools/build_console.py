"""Build the page of the console into the package: `python -m tools.build_console [--force|--test]`.

What the page is made of (`web/`, the catalogues, the OpenAPI document, the map's data) is hashed;
what is built from the same is not built again. Node comes from the machine if it is new enough,
else from the package index (the group `console`).
"""

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
WEB: Final = ROOT / "web"
OUT: Final = ROOT / "src" / "openline" / "console"
STAMP: Final = OUT / ".made-from"
OPENAPI: Final = WEB / "build" / "openapi.json"
DATA_LICENCES: Final = WEB / "build" / "licences.md"  # of the map's data
CATALOGUES: Final = ROOT / "src" / "openline" / "formats" / "catalogue"
_NODE_MIN: Final = (20, 19)
_PACKABLE: Final = {".js", ".css", ".json", ".svg"}
_NOT_SOURCE: Final = {"node_modules", "build", "test-results"}


def main(arguments: list[str]) -> int:
    """Build if anything changed, or run the page's own tests; the number of the exit."""
    if "--test" in arguments:
        return _npm(["test"], with_node())
    write = [sys.executable, "-m", "tools.write_openapi", str(OPENAPI)]
    subprocess.run(write, cwd=ROOT, check=True)
    made_from = digest()
    if "--force" not in arguments and STAMP.exists() and STAMP.read_text() == made_from:
        print("the console is up to date")
        return 0
    environment = with_node()
    if not _installed() and _npm(["ci"], environment) != 0:
        return 1
    _installed_now()
    subprocess.run([sys.executable, "-m", "tools.map_data"], cwd=ROOT, check=True)
    for words in (["run", "types"], ["run", "check"], ["run", "build"]):
        if _npm(words, environment) != 0:
            return 1
    with (OUT / "licenses.md").open("a") as page:
        page.write(DATA_LICENCES.read_text())
    pack()
    STAMP.write_text(made_from)
    return 0


def pack() -> None:
    """Lay a packed form beside every file that gets smaller by it: the server sends that one."""
    for path in OUT.rglob("*"):
        if path.suffix in _PACKABLE:
            data = path.read_bytes()
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(data, 9, mtime=0))


def digest() -> str:
    """SHA-256 over the names and bytes of everything that the page is made of."""
    total = hashlib.sha256()
    for path in sorted(_sources()):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def with_node() -> dict[str, str]:
    """The environment with a Node that is new enough: the machine's, else the package index's.

    Raises: SystemExit if there is none.
    """
    environment = {**os.environ, "NO_UPDATE_NOTIFIER": "1"}
    if _version(environment) >= _NODE_MIN:
        return environment
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    sync = [uv, "sync", "--frozen", "--inexact", "--quiet", "--group", "console"]
    subprocess.run(sync, cwd=ROOT, check=False)
    own = Path(sys.executable).parent
    environment["PATH"] = f"{own}{os.pathsep}{environment.get('PATH', '')}"
    if _version(environment) < _NODE_MIN:
        wanted = ".".join(str(part) for part in _NODE_MIN)
        raise SystemExit(f"Node {wanted} or newer is needed to build the console")
    return environment


def _npm(words: list[str], environment: dict[str, str]) -> int:
    print("npm", *words, flush=True)
    npm = ["npm", "--loglevel=error", *words]
    done = subprocess.run(npm, cwd=WEB, env=environment, check=False)
    if done.returncode != 0:
        print(f"npm {' '.join(words)} failed", file=sys.stderr)
    return done.returncode


def _version(environment: dict[str, str]) -> tuple[int, ...]:
    path = environment.get("PATH")
    if not (shutil.which("node", path=path) and shutil.which("npm", path=path)):
        return (0,)
    asked = subprocess.run(
        ["node", "--version"], env=environment, capture_output=True, text=True, check=False
    )
    parts = asked.stdout.strip().removeprefix("v").split(".")
    return tuple(int(part) for part in parts if part.isdecimal()) or (0,)


def _sources() -> Iterator[Path]:
    yield from (OPENAPI, ROOT / "tools" / "map_data.py", ROOT / "uv.lock")
    yield from CATALOGUES.glob("*.json")
    for path in WEB.rglob("*"):
        inside = path.relative_to(WEB).parts
        if path.is_file() and inside[0] not in _NOT_SOURCE and path.name != "schema.d.ts":
            yield path


def _lock_digest() -> str:
    return hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()


def _installed() -> bool:
    mark = WEB / "node_modules" / ".made-from"
    return mark.exists() and mark.read_text() == _lock_digest()


def _installed_now() -> None:
    (WEB / "node_modules" / ".made-from").write_text(_lock_digest())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
