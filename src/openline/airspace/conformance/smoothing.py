"""One wrong sample says nothing: M of the last N, and a while before it is over."""

from dataclasses import dataclass

from openline.airspace.conformance.policy import ConformancePolicy


@dataclass(slots=True)
class Smoothed:
    """Whether something holds, judged over several samples.

    It begins when `needed` of the last `window` samples say so, or all of two and more over
    `unbroken_s`; it is over when all of `needed` and more over `inside_after_s` say no.
    """

    active: bool = False
    _bits: int = 0
    _run: int = 0  # samples in a row that say the same
    _since_s: float = 0.0
    _last: bool = False

    def take(self, yes: bool, time_s: float, policy: ConformancePolicy) -> bool | None:
        """One more sample: True if it begins with it, False if it is over, None for no change."""
        self._bits = ((self._bits << 1) | yes) & ((1 << policy.window) - 1)
        if self._run == 0 or yes is not self._last:
            self._run, self._since_s, self._last = 0, time_s, yes
        self._run += 1
        lasted_s = time_s - self._since_s
        if not self.active:
            unbroken = self._run >= 2 and lasted_s >= policy.unbroken_s
            if yes and (self._bits.bit_count() >= policy.needed or unbroken):
                self.active = True
                return True
        elif not yes and self._run >= policy.needed and lasted_s >= policy.inside_after_s:
            self.active, self._bits = False, 0
            return False
        return None

    def restart(self) -> None:
        """Forget the samples, not the answer: after a gap they are no sequence."""
        self._bits = self._run = 0
