"""What measuring needs: time and spread, peak memory, progress, and what it was measured on."""

import gc
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
LIBRARIES: Final = ("openline", "numpy", "s2geometry", "geographiclib", "shapely", "pyproj")


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and greatest of some repeats, in seconds."""

    median_s: float
    min_s: float
    max_s: float
    repeats: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> "Spread":
        """The spread of at least one time."""
        return cls(statistics.median(seconds), min(seconds), max(seconds), len(seconds))

    def facts(self) -> dict[str, float]:
        """As numbers for a result file."""
        return {
            "median_s": self.median_s,
            "min_s": self.min_s,
            "max_s": self.max_s,
            "repeats": self.repeats,
        }


def alternate(
    sides: dict[str, Callable[[], object]], repeats: int, note: Callable[[str], None]
) -> tuple[dict[str, Spread], dict[str, Any]]:
    """Run all sides in turn, so that what else the machine does falls on all of them.

    Returns the spread of each side and its last answer. The collector of garbage runs before each
    turn, as it would between two runs of a program.
    """
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    answers: dict[str, Any] = {}
    for turn in range(repeats):
        for name, work in sides.items():
            answers.pop(name, None)
            gc.collect()
            begin = time.perf_counter()
            answers[name] = work()
            seconds[name].append(time.perf_counter() - begin)
            note(f"{name}, turn {turn + 1} of {repeats}: {seconds[name][-1]:.3f} s")
    return {name: Spread.of(values) for name, values in seconds.items()}, answers


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies; nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def peak_memory_mib() -> float:
    """Peak resident memory of this process and of its largest child, MiB."""
    children_kib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss would count what the parent held before this process began
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return (int(line.split()[1]) + children_kib) / 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    scale = 1024 if sys.platform == "darwin" else 1
    return float(own + children_kib) / scale / 1024


def machine() -> dict[str, object]:
    """The processor, its cores and the memory; no name of the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_gib": round(memory / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": round(os.getloadavg()[0], 2),
    }


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def software() -> dict[str, str]:
    """Python and the libraries that take part."""
    return {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}


def commit() -> str:
    """The commit that is measured; `+` if there are changes beside it."""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        return head + ("+" if _git("status", "--porcelain", "--", "src", "bench") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def note(text: str) -> None:
    """One line of progress on standard error."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress callback (done, total) that says at most once a second how far it is."""
    last = begin = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= 1.0:
            last = time.monotonic()
            note(f"  {title}: {done:,} of {total:,}, {last - begin:.0f} s")

    yield tell
