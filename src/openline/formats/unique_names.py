"""Names for things of a file that may share a name."""


class UniqueNames:
    """Hands out each name once; a repeated one gets a number, as `north (2)`."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._last: dict[str, int] = {}

    def unused(self, wanted: str) -> str:
        """The name itself the first time, a numbered one after that."""
        number = self._last.get(wanted, 0) + 1
        name = wanted if number == 1 else f"{wanted} ({number})"
        while name in self._taken:
            number += 1
            name = f"{wanted} ({number})"
        self._taken.add(name)
        self._last[wanted] = number
        return name
