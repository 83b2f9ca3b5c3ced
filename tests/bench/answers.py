"""What every way of paying answers, so that they can be compared: pence, units and figures by contract."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from tallystick.kernel.program import Program
from tallystick.kernel.reading import Reading

FLOWS = {
    "spells at their price": "price", "best practice achieved: hip fracture": "top-up",
    "held until the patient has answered": "held", "never asked, or exempt": "exempt", "satisfied": "satisfied",
    "no answer": "no answer", "not satisfied: whoever it goes to gains when patients are dissatisfied": "not satisfied",
    "not yet answered: lapsed": "lapsed", "days of delayed discharge, by agreement": "charge",
    "rate for each eligible person, to the provider": "premium to the provider",
    "rate for each eligible person, to the person's local authority": "premium to the authority",
    "rate for each eligible person, to the organisation named": "premium to an organisation",
    "counted events, at their price": "events", "events below the baseline, at their price": "avoided",
    "above the cap of the year to date, less what was above it before": "above the cap",
}  # fmt: skip
"""What each flow is called here, by its reason."""

PAYER_VARIES = ("charge",)
PAYEE_VARIES = ("premium to the authority", "premium to an organisation")

WITHOUT_UNITS = ("avoided", "above the cap")
"""Flows of the contract and not of its rows: nothing is counted."""

FIGURES = {
    "cases": "cases", "hip fracture: achieved": "achieved", "hip fracture: not met": "not met",
    "hip fracture: not recorded": "not recorded", "never asked": "never asked", "exempt": "is exempt",
    "exempted too late": "exempted too late", "satisfied": "yes", "not satisfied": "no", "not answered": "not answered",
    "borne by the provider or the payee itself": "own charge", "nobody is liable": "nobody's charge",
    "days without a listed body": "unlisted days", "people paid for": "people paid for",
    "entries outranked": "outranked", "entries no longer eligible": "no longer eligible",
    "entries without a day": "without a day", "entries of another category": "of another category",
    "entries of unknown category": "of unknown category", "events below the baseline": "events avoided",
    "above the cap": "not paid above the cap", "spells with a notice or time missing": "no ready day",
    "gained by the commissioner because patients were dissatisfied": "gained by the commissioner",
}  # fmt: skip
"""The same for figures, by their names."""


KINDS = {"kind": pl.String, "contract": pl.String, "name": pl.String, "body": pl.String, "value": pl.Int64}
"""An answer as a frame: pence or units of a flow, or a figure; nothing that is zero, and in one order."""


def of_reading(program: Program, reading: Reading) -> pl.DataFrame:
    """What Tallystick found."""
    assert not reading.faults, reading.faults[:5]
    return _ordered(pl.DataFrame(list(_read(program, reading)), schema=KINDS, orient="row"))


def _read(program: Program, reading: Reading) -> Iterator[tuple[str, str, str, str, int]]:
    for line in reading.flows:
        name = FLOWS[program.uses[line.identity].traced.flows[line.number].reason]
        body = line.payer if name in PAYER_VARIES else line.payee if name in PAYEE_VARIES else ""
        yield "pence", line.contract, name, body, line.pence
        yield "units", line.contract, name, body, 0 if name in WITHOUT_UNITS else line.units
    for figure in reading.figures:
        if figure.name in FIGURES:
            yield "figure", figure.contract, FIGURES[figure.name], "", int(figure.value)
    for claim in reading.units:
        yield "figure", claim.contract, "claimed", "", claim.units
        yield "figure", claim.contract, "claimed and priced", "", claim.priced
    for received in reading.received:
        yield "figure", received.contract, f"received: {received.unit}", "", received.units


def of_frames(flows: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """What was written by hand: ``contract, flow, body, pence, units``, and ``contract, figure, value``."""
    parts = [
        flows.select(pl.lit(kind).alias("kind"), "contract", name="flow", body=pl.col("body").fill_null(""), value=kind)
        for kind in ("pence", "units")
        if kind in flows.columns
    ]
    shown = figures.select(pl.lit("figure").alias("kind"), "contract", name="figure", body=pl.lit(""), value="value")
    return _ordered(pl.concat([part.cast(KINDS) for part in (*parts, shown)]))


def wrong_by(found: pl.DataFrame, exact: pl.DataFrame) -> tuple[int, int]:
    """By how many pence two answers differ in all, each line by itself; and how many lines differ.

    Only flows that both know are held against each other: what a way of paying cannot say is told beside it.
    """
    pence = pl.col("kind") == "pence"
    known = set(found.filter(pence)["name"])
    both = found.filter(pence).join(
        exact.filter(pence & pl.col("name").is_in(sorted(known))), on=["contract", "name", "body"], how="full",
        coalesce=True, suffix=" exact",
    )  # fmt: skip
    apart = (both["value"].fill_null(0) - both["value exact"].fill_null(0)).abs()
    return int(apart.sum()), int((apart != 0).sum())


def _ordered(lines: pl.DataFrame) -> pl.DataFrame:
    keys = ["kind", "contract", "name", "body"]
    return lines.group_by(keys).agg(pl.col("value").sum()).filter(pl.col("value") != 0).sort(keys)


def flows_in(answer: pl.DataFrame) -> set[str]:
    """Every flow that is paid in an answer."""
    return set(answer.filter(pl.col("kind") == "pence")["name"])
