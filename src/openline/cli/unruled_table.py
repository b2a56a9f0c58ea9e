"""A table without lines, for the live boards of the terminal."""

from rich.table import Table


def unruled_table(*columns: str) -> Table:
    """A table without lines. A column that begins with `>` is of numbers; of one that begins with
    `~` the ends are left out first where the screen is narrow."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", show_edge=False)
    for name in columns:
        right = name.startswith(">")
        table.add_column(
            name.lstrip(">~"),
            justify="right" if right else "left",
            no_wrap=not name.startswith("~"),
            overflow="ellipsis",
        )
    return table
