"""The one table at the end: what was measured, what was wanted, and whether it came to that."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound for one figure."""

    what: str
    value: float
    bound: float
    least: bool = True
    """Whether the bound is the least wanted or the most allowed."""

    @property
    def met(self) -> bool:
        """Whether it came to that."""
        return self.value >= self.bound if self.least else self.value <= self.bound

    def __str__(self) -> str:
        sign = "≥" if self.least else "≤"
        return f"{self.what} {self.value:,.2f} {sign} {self.bound:,g}".replace(".00 ", " ")


@dataclass(frozen=True, slots=True)
class Row:
    """One cell of a bench."""

    bench: str
    cell: str
    figures: str
    goals: tuple[Goal, ...] = ()
    loud: bool = False
    """Others were busy meanwhile."""


@dataclass(slots=True)
class Results:
    """Rows as they come, printed as they come, and once more together."""

    console: Console
    rows: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Keep a row and show it."""
        self.rows.append(row)
        self.console.print(f"[dim]{row.bench}[/dim] {row.cell}: {row.figures}", highlight=False)

    def say(self, text: str) -> None:
        """What is being done now."""
        self.console.print(f"[dim]… {text}[/dim]", highlight=False)

    def show(self) -> None:
        """The table."""
        table = Table(title="Twinge bench", title_justify="left")
        for name in ("bench", "cell", "measured", "goal"):
            table.add_column(name, overflow="fold")
        for row in self.rows:
            marks = "\n".join(f"[{'green' if g.met else 'red'}]{'pass' if g.met else 'MISS'}[/] {g}" for g in row.goals)
            table.add_row(row.bench, row.cell + (" (others busy)" if row.loud else ""), row.figures, marks)
        self.console.print(table)
