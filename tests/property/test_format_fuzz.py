"""Mutated inputs of every format: only our own errors come out, quickly and in little memory.

Law: for every input, a reader returns Traffic or raises InvalidInput, within 5 s of CPU and 256 MB.
The inputs follow from format, seed and number alone; a failure says how to replay its input.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from openline.formats.registry import FORMATS
from tests.format_mutations import mutated
from tests.format_samples import folders, samples

SEED: Final = int(os.environ.get("OPENLINE_FUZZ_SEED", "1"))
READABLE: Final = [f.name for f in FORMATS if f.readable]
ROOT: Final = Path(__file__).parents[2]


def test_every_readable_format_has_samples_and_every_folder_a_format() -> None:
    missing = [name for name in READABLE if not samples(name)]
    assert not missing, f"add files to tests/samples/ for {missing}: they would not be fuzzed"
    unknown = set(folders()) - set(READABLE)
    assert not unknown, f"tests/samples/ has folders that are no readable format: {unknown}"


def test_the_same_number_gives_the_same_input() -> None:
    numbers = range(40)
    first = [mutated("geojson", SEED, number) for number in numbers]
    assert first == [mutated("geojson", SEED, number) for number in numbers]
    assert len(set(first)) > 30


FAULTS: Final = {
    "KeyError": "raise KeyError('lat')",
    "MemoryError": "b'x' * 2**29",
    "more than 5 s": "any(True for _ in iter(int, 1) if False)",
    "the process ended with": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_of_a_reader_is_found(what: str, tmp_path: Path) -> None:
    start = tmp_path / "sitecustomize.py"
    start.write_text(
        "from openline.formats import geojson\n"
        "def read(data, source, options):\n"
        f"    if source == 'fuzzed': {FAULTS[what]}\n"
        "geojson.read = read\n",
        encoding="utf-8",
    )
    with pytest.raises(pytest.fail.Exception, match=rf"geojson: {what}.*input 0 of seed"):
        _fuzz("geojson", 0, 1, tmp_path, timeout_s=60, path=str(tmp_path))
    assert (tmp_path / f"geojson-{SEED}-0.bin").read_bytes() == mutated("geojson", SEED, 0)


@pytest.mark.parametrize("name", READABLE)
def test_only_our_errors_come_out(name: str, tmp_path: Path) -> None:
    _fuzz(name, 0, 1_000, tmp_path, timeout_s=240)


@pytest.mark.nightly
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("name", READABLE)
def test_only_our_errors_come_out_of_many(name: str, tmp_path: Path) -> None:
    _fuzz(name, 1_000, 50_000, tmp_path, timeout_s=7000)


def _fuzz(name: str, first: int, count: int, folder: Path, timeout_s: int, path: str = "") -> None:
    assert samples(name), f"add files to tests/samples/{name}/: there is nothing to mutate"
    progress = folder / "number.txt"
    command = [sys.executable, "-m", "tests.property.format_fuzz"]
    command += [name, str(SEED), str(first), str(count), str(progress)]
    try:
        run = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        pytest.fail(_replay(name, int(progress.read_text()), folder, "it hangs", ""))
    if run.returncode == 0:
        return
    if run.stdout:
        found = json.loads(run.stdout)
        pytest.fail(_replay(name, found["number"], folder, found["what"], found["where"]))
    if not progress.exists():
        pytest.fail(f"the fuzzer did not start: {run.stderr[-3000:]}")
    what = f"the process ended with {run.returncode}"
    pytest.fail(_replay(name, int(progress.read_text()), folder, what, run.stderr[-3000:]))


def _replay(name: str, number: int, folder: Path, what: str, where: str) -> str:
    file = folder / f"{name}-{SEED}-{number}.bin"
    file.write_bytes(mutated(name, SEED, number))
    return (
        f"{name}: {what} at input {number} of seed {SEED}, saved as {file}\n"
        f"replay: OPENLINE_FUZZ_SEED={SEED} python -m tests.property.format_fuzz "
        f"{name} {SEED} {number} 1 {folder / 'number.txt'}\n{where}"
    )
