"""What can be wrong with a cell, as a condition that runs over a whole column and the words for one cell.

A column is read in stages, each a set of expressions that see the columns of the stage before. Beside the
declared ``los`` stand ``los raw`` (as it came), ``los text`` (its text, trimmed), ``los problem`` (the number
of the first problem that the cell has, or 0) and ``los doubt`` (whether it has any). Declared names hold no
space, so these never collide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl
from attrs import frozen

from tallystick.kernel.errors import Fault
from tallystick.kernel.tables import Column

SHOWN = 20
"""How many faults of one kind are shown before the rest are counted."""

WIDEST_CELL = 60
"""The characters of a cell that a fault shows; a longer one is cut, since it may hold anything."""

WORDS_FOR_MISSING = (
    r"^(?:(?i:null|n/a|na|nan|tbc|<na>|<null>|\(null\))|None|NaT|#N/A|#REF!|#VALUE!|#NAME\?|#NUM!|#NULL!|#DIV/0!)$"
)

FLOATS = (pl.Float32, pl.Float64)


@frozen
class Problem:
    """One thing that can be wrong; ``{cell}`` in its words is the faulty cell, and ``write`` may be made from it.

    ``covered`` says that every cell that has it has a later problem of the column too, which is less telling:
    a survey that only asks whether all is well need not look for it. ``pattern`` is given where the text of the cell
    has the problem if it matches, and not otherwise: a survey looks for all of a column's patterns at once.
    """

    code: str
    bad: pl.Expr
    found: str
    why: str
    write: str | Callable[[str], str]
    covered: bool = False
    pattern: str = ""

    def fault(self, cell: str, *, file: str, column: str, row: int, times: int = 1) -> Fault:
        """Put the problem into words for the cell of one row."""
        write = self.write(cell) if callable(self.write) else self.write
        found, why = (words.replace("{cell}", shown(cell)) for words in (self.found, self.why))
        return Fault(
            code=f"cell/{self.code}", found=found, why=why, write=write, file=file, column=column, row=row, times=times
        )  # fmt: skip


@frozen(kw_only=True)
class Reading:
    """How one declared column is read from one source: the stages, and the problems in order of precedence."""

    column: Column
    local: str
    stages: tuple[tuple[pl.Expr, ...], ...]
    problems: tuple[Problem, ...]
    as_it_is: bool = False
    """True if a cell is read as it stands, but for a blank one, which is missing, and for one with a problem."""

    @property
    def blank(self) -> pl.Expr:
        """Whether a cell holds a text without any letter."""
        return (text(self.column) == "").alias(f"{self.column.name} blank")

    @property
    def number(self) -> pl.Expr:
        """The number of the first problem of each cell, counted from 1; 0 for a good one."""
        number: pl.Expr = pl.lit(0, dtype=pl.UInt8)
        for position, problem in reversed(list(enumerate(self.problems, start=1))):
            number = pl.when(problem.bad).then(pl.lit(position, dtype=pl.UInt8)).otherwise(number)
        return number.alias(f"{self.column.name} problem")

    @property
    def doubt(self) -> pl.Expr:
        """Whether a cell has any problem; true of the same cells that have a number above 0, and quicker."""
        asked = [problem for problem in self.problems if not problem.covered]
        bad = [problem.bad for problem in asked if not problem.pattern]
        if patterns := [f"(?:{problem.pattern})" for problem in asked if problem.pattern]:
            bad.append(matches(text(self.column), "|".join(patterns)))
        return pl.any_horizontal(False, *bad).alias(f"{self.column.name} doubt")


def raw(column: Column) -> pl.Expr:
    """The column as the source has it."""
    return pl.col(f"{column.name} raw")


def text(column: Column) -> pl.Expr:
    """The column as text without spaces around it."""
    return pl.col(f"{column.name} text")


def typed(column: Column) -> pl.Expr:
    """The column after conversion; null where it could not be converted."""
    return pl.col(column.name)


def matches(of: pl.Expr, pattern: str) -> pl.Expr:
    """Where there is text that fits the pattern; digits in patterns are written [0-9], as \\d has other scripts too."""
    return of.str.contains(pattern)


def shown(cell: str) -> str:
    """The cell in quotation marks, cut where it is long."""
    cut = cell if len(cell) <= WIDEST_CELL else cell[: WIDEST_CELL - 1] + "…"
    return '"' + cut.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def missing(
    column: Column, example: str, *, is_text: bool, is_float: bool = False, covered: bool = True
) -> list[Problem]:
    """The ways of having no value, each told apart: null, an empty cell, a word such as N/A, and NaN."""
    name = column.name
    write = "nothing at all where it is not known" if column.optional else f"the value, such as {example}"
    why_not = f"{name} must be there in every row, and missing is not zero"
    found: list[Problem] = []
    if not column.optional:
        found.append(Problem("missing-null", raw(column).is_null(), "nothing stands here (null)", why_not, write))
    if is_float:
        why = f"{name} cannot be worked out from it, and a NaN spreads to every sum; missing is null, not NaN"
        found.append(Problem("not-a-number-nan", raw(column).is_nan(), "NaN, which is no number", why, write, covered))
    if is_text:
        if not column.optional:
            empty, words = text(column) == "", "the cell is empty"
            found.append(Problem("missing-empty", empty, words, why_not, write, pattern="^$"))
        why = f"whether {name} is missing, refused or still to come cannot be told, and none of them is zero"
        word, pattern = matches(text(column), WORDS_FOR_MISSING), WORDS_FOR_MISSING
        if column.allowed:
            word, pattern = word & ~text(column).is_in(list(column.allowed)), ""
        found.append(Problem("missing-word", word, "{cell}, a word for a missing value", why, write, covered, pattern))
    return found


def first_faults(
    problem: Problem, rows: Iterable[int], cells: Iterable[str], many: int, *, file: str, column: str
) -> list[Fault]:  # fmt: skip
    """Faults for the first rows that have the problem, of so ``many``; the last of them counts the rest."""
    few = list(zip(rows, cells, strict=True))
    return [
        problem.fault(cell, file=file, column=column, row=row, times=1 + (many - len(few)) * (position == len(few)))
        for position, (row, cell) in enumerate(few, start=1)
    ]
