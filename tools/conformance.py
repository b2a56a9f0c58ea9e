"""Run the field's own test suite, the InterUSS prober, against `openline serve`.

`make conformance KIT=folder [DB=postgresql://…]`. The folder holds `prober-data.tgz`: the suite's
data files (`monitoring/prober/scd/resources` of github.com/interuss/monitoring) and the public test
key (`build/test-certs/auth2.pem` of github.com/interuss/dss). Its code comes from the package index
as `interuss-monitoring` and needs Python 3.13, for itself alone. Everything is kept in
`.conformance/` and used again.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
HOME: Final = ROOT / ".conformance"
SUITE: Final = "interuss-monitoring==0.37.0"
DATA: Final = "prober-data.tgz"
TESTS: Final = 177
START_S: Final = 30
HOW: Final = f"""\
The suite's data files are needed: a folder with {DATA}, which holds
  monitoring/prober/scd/resources/   of github.com/interuss/monitoring, release v0.37.0
  build/test-certs/auth2.pem         of github.com/interuss/dss
Then: make conformance KIT=folder"""


def main() -> int:
    """Run it; the exit code is that of the suite."""
    parser = argparse.ArgumentParser(description="the field's test suite against openline serve")
    parser.add_argument("--kit", default="", help=f"folder with {DATA}")
    parser.add_argument("--db", default="", help="a store for `openline serve`; a new file else")
    parser.add_argument("--uv", default="uv", help="the uv command")
    parser.add_argument("--if-possible", action="store_true", help="0 if something is missing")
    told = parser.parse_args()
    lacking = 0 if told.if_possible else 2
    data = Path(told.kit) / DATA
    if not told.kit or not data.is_file():
        print(f"conformance: not run. {HOW}")
        return lacking
    python = _python_of_the_suite(told.uv)
    if python is None:
        print("conformance: not run. The suite needs Python 3.13 (python3.13, pyenv or uv).")
        return lacking
    _install(told.uv, python, data)
    with tempfile.TemporaryDirectory() as folder, _serving(told.db or f"{folder}/sky.db") as url:
        return _run(url)


def _python_of_the_suite(uv: str) -> str | None:
    """A Python 3.13 that is installed already, or None."""
    found = shutil.which("python3.13")
    if found and _works(found):
        return found
    for command in (["pyenv", "prefix", "3.13.0"], [uv, "python", "find", "--offline", "3.13"]):
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError:
            continue
        place = Path(done.stdout.strip())
        python = place / "bin" / "python" if place.is_dir() else place
        if done.returncode == 0 and python.is_file() and _works(str(python)):
            return str(python)
    return None


def _works(python: str) -> bool:
    script = "import sys; sys.exit(sys.version_info[:2] != (3, 13))"
    done = subprocess.run([python, "-c", script], capture_output=True, check=False)
    return done.returncode == 0


def _install(uv: str, python: str, data: Path) -> None:
    """The suite in its own environment, its code beside its data."""
    kit = HOME / "kit"
    ready = kit / SUITE.replace("=", "-")
    if not ready.exists():
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir()
        environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
        subprocess.run([uv, "venv", "--quiet", "--python", python, kit], check=True)
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--python", kit / "bin/python", SUITE, "pytest"],
            check=True,
            env=environment,
        )
        (code,) = kit.glob("lib/python3.13/site-packages/monitoring")
        shutil.copytree(code, HOME / "monitoring")
        # The suite has settings of its own: not those of the repository around it.
        (HOME / "monitoring/prober/pytest.ini").write_text("[pytest]\n")
        ready.touch()
    with tarfile.open(data) as archive:
        archive.extractall(HOME, filter="data")


@contextmanager
def _serving(db: str) -> Iterator[str]:
    """`openline serve` as the suite needs it; its address under the name `localhost`."""
    command = [
        *(str(Path(sys.executable).parent / "openline"), "serve", "--db", db, "--port", "0"),
        *("--trusted-key", str(HOME / "build/test-certs/auth2.pem"), "--audience", "localhost"),
        *("--allow-http-base-urls", "--no-access-log"),
    ]
    log = HOME / "server.log"
    with log.open("w") as output:
        server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield f"http://localhost:{_port(server, log)}"
    finally:
        server.terminate()
        server.wait(timeout=START_S)


def _port(server: "subprocess.Popen[bytes]", log: Path) -> str:
    for _ in range(START_S * 10):
        found = re.search(r" serves http\S*:(\d+)", log.read_text())
        if found is not None:
            return found[1]
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"conformance: the server did not start: {log.read_text()}")


def _run(url: str) -> int:
    first, second = "NoAuth(fake_uss)", "NoAuth(fake_uss2)"
    command = [
        *(str(HOME / "kit/bin/python"), "-m", "pytest", ".", "-q", "-rsx"),
        *("-p", "no:cacheprovider", "--dss-endpoint", url, "--scd-api-version", "1.0.0"),
        *("--rid-auth", first, "--rid-v2-auth", first),
        *("--scd-auth1", first, "--scd-auth2", second),
    ]
    environment = os.environ | {"PYTHONPATH": str(HOME)}
    done = subprocess.run(
        command,
        cwd=HOME / "monitoring/prober",
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    passed = f"{TESTS} passed" in done.stdout.rstrip().rpartition("\n")[2]
    print(done.stdout if not passed else done.stdout.rstrip().rpartition("\n")[2])
    print(f"conformance: {'' if passed else 'NOT '}all of the {TESTS} tests of {SUITE} passed")
    return 0 if passed else done.returncode or 1


if __name__ == "__main__":
    sys.exit(main())
