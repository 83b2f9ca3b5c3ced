"""What both halves of the query written by hand share: the one division, and how sums by contract become rows."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def half_up(above: pl.Expr, below: int) -> pl.Expr:
    """Nothing here is below zero, so one division is enough."""
    return (above * 2 + below) // (2 * below)


def long(by: pl.LazyFrame, flows: Sequence[str]) -> pl.LazyFrame:
    """A row for each contract and flow, from columns ``pence of …`` and ``units of …``; ``body`` where there is one."""
    body = pl.col("body") if "body" in by.collect_schema() else pl.lit(None, pl.String).alias("body")
    return pl.concat([
        by.select(
            "contract", pl.lit(flow).alias("flow"), body, pl.col(f"pence of {flow}").cast(pl.Int64).alias("pence"),
            pl.col(f"units of {flow}").cast(pl.Int64).alias("units"),
        )
        for flow in flows
    ])  # fmt: skip


def shown(by: pl.LazyFrame, figures: Sequence[str]) -> pl.LazyFrame:
    """A row for each contract and figure."""
    values = by.select("contract", *(pl.col(name).cast(pl.Int64) for name in figures))
    return values.unpivot(index="contract", variable_name="figure", value_name="value")
