"""Blocks: rows that are in the order of their key, read stretch by stretch beside what is in the same order.

A stretch of rows meets only that stretch of another table which its keys span. So neither is ever held whole, no
table of millions of keys is made, and what follows is one query over all of the stretches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl
from attrs import field, frozen
from polars.io.plugins import register_io_source

from tallystick.kernel.errors import SettlementError
from tallystick.kernel.pay.engines.reach import Reach
from tallystick.kernel.progress import Rows

BLOCK = 250_000
"""So many rows are read at a time."""
PIECE = 125_000
"""So many rows go through the query together: with fewer, more time goes into each step, and with more, more memory."""

Frame = pl.LazyFrame


@frozen(eq=False, kw_only=True)
class Other:
    """A table in the order of its key. ``made`` gives what rows find in it, with the key under ``key_made``.

    ``frame`` gives any stretch of its rows cheaply. Where a key ``repeats``, any of its rows will do.
    """

    frame: Frame
    key: str
    made: Callable[[Frame], Frame]
    key_made: str
    repeats: bool
    schema: dict[str, pl.DataType] = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "schema", dict(self.made(self.frame).collect_schema()))


def beside(
    rows: Frame, made: Callable[[Frame], Frame], key: str | None, others: Sequence[Other], *,
    told: Rows | None = None, reach: Reach | None = None,
) -> Frame:  # fmt: skip
    """The rows, each stretch ``made`` as is wanted, with what each of the others has for their key.

    ``told`` learns of each stretch that has been read. ``reach`` says which rows are read when the query is run.
    """
    own = made(rows).collect_schema()
    schema = dict(own)
    for other in others:
        schema |= {name: dtype for name, dtype in other.schema.items() if name != other.key_made}

    def read(
        columns: list[str] | None, predicate: pl.Expr | None, most: int | None, _: int | None
    ) -> Iterator[pl.DataFrame]:
        wanted = list(schema) if columns is None else columns
        by = {reach.by} if reach is not None else set()
        asked = {*wanted, *(predicate.meta.root_names() if predicate is not None else ()), key or "", *by}
        stretches = [_Stretches(other, asked) for other in others if asked & (other.schema.keys() - {other.key_made})]
        left = most
        early = predicate if predicate is not None and asked <= {*own, ""} else None
        for block in _blocks(rows, made, [name for name in own if name in asked], early, told, reach or Reach()):
            if stretches:
                keys = _Keys.of(block[str(key)])
                block = block.hstack([one for stretch in stretches for one in stretch.found(keys)])
            block = (block if predicate is None else block.filter(predicate)).select(wanted)
            if left is not None:
                block = block.head(left)
                left -= block.height
            yield from block.iter_slices(PIECE)
            if left == 0:
                return

    return register_io_source(read, schema=schema, is_pure=True)


def _blocks(
    rows: Frame, made: Callable[[Frame], Frame], columns: Sequence[str], early: pl.Expr | None,
    told: Rows | None, reach: Reach,
) -> Iterator[pl.DataFrame]:  # fmt: skip
    height = _height(rows)
    last = height if reach.stop is None else min(reach.stop, height)

    def block(start: int) -> pl.DataFrame:
        if told is not None:
            told(start, height)
        part = made(rows.slice(start, min(BLOCK, last - start))).select(columns)
        found = (part if early is None else part.filter(early)).collect()
        if reach.of > 1:
            found = found.filter(found[reach.by].hash() % reach.of == reach.part)
        return found.rechunk()  # in one piece: to join what lies in several takes twice as long

    yield from (one for one in _ahead(block, range(reach.start, last, BLOCK)) if one.height)


def _ahead(work: Callable[[int], pl.DataFrame], numbers: Iterable[int]) -> Iterator[pl.DataFrame]:
    """What comes of each number; the next is read by another thread while there is work to do with the one before."""
    with ThreadPoolExecutor(1, "reading ahead") as reader:
        begun = (reader.submit(work, number) for number in numbers)
        following = next(begun, None)
        while (now := following) is not None:
            found = now.result()
            following = next(begun, None)
            yield found


def _height(rows: Frame) -> int:
    return int(rows.select(pl.len()).collect().item())


_LETTERS = 8
"""So many letters, of one byte each, are a number of 64 bits."""


@frozen(eq=False)
class _Keys:
    """The keys of a stretch of rows, and ``numbers`` for them where they are in order and can be numbers.

    Texts of one length that differ in their last eight bytes alone are numbers, by which rows are joined in a third of
    the time. Keys of one ``form`` have equal numbers where they have equal texts, and only there.
    """

    texts: pl.Series
    first: Any
    last: Any
    numbers: pl.Series | None = None
    form: tuple[int, bytes] = (0, b"")

    @classmethod
    def of(cls, texts: pl.Series) -> _Keys:
        """The keys, which may be in any order here; SettlementError if one of them is missing."""
        if texts.null_count():
            raise _changed(f"a row has no {texts.name}")
        if texts.is_empty() or not texts.is_sorted():
            return cls(texts, texts.min(), texts.max())
        plain = cls(texts, texts[0], texts[-1])
        if texts.dtype != pl.String:
            return plain
        first, sizes, letters = plain.first.encode(), texts.str.len_bytes(), texts.cast(pl.Binary)
        size, head = len(first), first[:-_LETTERS]
        if size < _LETTERS or sizes.min() != size or sizes.max() != size or not letters.bin.starts_with(head).all():
            return plain
        numbers = letters.bin.tail(_LETTERS).bin.reinterpret(dtype=pl.UInt64, endianness="big")
        return cls(texts, plain.first, plain.last, numbers.set_sorted(), (size, head))

    def joined(self, held: Sequence[_Held], key: str, *, repeats: bool) -> pl.DataFrame:
        """For each of these keys the row of the held ones that has it; missing where none has."""
        there = [one for one in held if one.rows.height]
        as_numbers = self.numbers is not None and all(one.keys.form == self.form for one in there)
        own = self.texts if self.numbers is None or not as_numbers else self.numbers
        ends = (self.first, self.last) if own is self.texts else (own[0], own[-1])
        parts = [one.between(*ends, key, as_numbers=as_numbers) for one in there]
        found = pl.concat(parts, rechunk=True) if parts else held[0].rows
        if found.is_empty():
            return found.drop(key).clear(len(own))
        if repeats:
            found = found.filter(pl.col(key).ne_missing(pl.col(key).shift()))
        found = found.with_columns(pl.col(key).set_sorted())
        return own.alias(key).to_frame().join(found, how="left", on=key, maintain_order="left").drop(key)


@frozen(eq=False)
class _Held:
    """A stretch of another table that rows have come to."""

    keys: _Keys
    rows: pl.DataFrame

    def between(self, first: Any, last: Any, key: str, *, as_numbers: bool) -> pl.DataFrame:
        """Its rows from the first to the last of these keys; as numbers, if so they are joined."""
        own = self.keys.numbers if as_numbers and self.keys.numbers is not None else self.keys.texts
        start = int(own.search_sorted(first, "left"))
        many = int(own.search_sorted(last, "right")) - start
        return self.rows.slice(start, many).with_columns(own.slice(start, many).alias(key))


class _Stretches:
    """The stretches of another table, each read when rows come to it, and let go when they have passed it."""

    def __init__(self, other: Other, asked: set[str]) -> None:
        self._other = other
        self._columns = [name for name in other.schema if name in asked or name == other.key_made]
        height = _height(other.frame)
        numbered = other.frame.select(pl.col(other.key)).with_row_index("row number")
        ends = (pl.col("row number") % BLOCK == BLOCK - 1) | (pl.col("row number") == height - 1)
        self._lasts = numbered.filter(ends).select(other.key).collect(engine="streaming").to_series().to_list()
        self._held: dict[int, _Held] = {}
        self._next = 0
        self._passed: Any = None

    def found(self, keys: _Keys) -> list[pl.Series]:
        """What rows with these keys find; those of one block are at or after those of the block before."""
        if self._passed is not None and keys.first < self._passed:
            raise _changed(f"its rows are no longer in the order of {keys.texts.name}")
        self._passed = keys.last
        joined = keys.joined(self._spanned(keys.first, keys.last), self._other.key_made, repeats=self._other.repeats)
        if joined.height != len(keys.texts):
            raise _changed(f"{keys.texts.name} is twice where each was once")
        return joined.get_columns()

    def _spanned(self, first: Any, last: Any) -> list[_Held]:
        """All stretches in which a key from the first to the last may be."""
        while self._next < len(self._lasts) and self._lasts[self._next] < first:
            self._held.pop(self._next, None)
            self._next += 1
        number = self._next
        while number < len(self._lasts):
            if number not in self._held:
                self._held[number] = self._stretch(number)
            if self._lasts[number] > last:  # where it is the same key, the next stretch may begin with it too
                break
            number += 1
        return [self._held[one] for one in sorted(self._held)] or [self._stretch(number)]

    def _stretch(self, number: int) -> _Held:
        part = (
            self._other.made(self._other.frame.slice(number * BLOCK, BLOCK)).select(self._columns).collect().rechunk()
        )
        keys = _Keys.of(part[self._other.key_made])
        if part.height and not self._is_within(number, keys.first, keys.last):
            raise _changed(f"what is looked up is no longer in the order of {self._other.key}")
        if not keys.texts.is_sorted():  # what is made of rows may be in another order
            part = part.sort(self._other.key_made)
            keys = _Keys.of(part[self._other.key_made])
        return _Held(keys, part)

    def _is_within(self, number: int, first: Any, last: Any) -> bool:
        """Whether the keys of a stretch are where its end and that of the one before it say."""
        return bool((not number or self._lasts[number - 1] <= first) and last <= self._lasts[number])


def _changed(how: str) -> SettlementError:
    return SettlementError(f"the activity has changed since it was checked: {how}; settle it again")
