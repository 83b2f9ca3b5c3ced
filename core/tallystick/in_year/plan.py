"""Plans: what each rule of a contract was expected to come to, month by month.

``plan.csv`` in the workspace holds a plan a row:

| column | holds |
|---|---|
| ``contract``, ``label`` | the contract, and the rule of it that is planned |
| ``months`` | the months that the row plans: ``2025-04..2026-03`` |
| ``amount`` | what the rule is planned to bring the provider in them, with its sign: ``£1,200,000`` |
| ``units`` | how many units, if that is planned too |
| ``profile`` | the part of each month, with ``;`` between: as many rates as months, which sum to 100%; alike if empty |
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from attrs import field, frozen

from tallystick.files.small_csv import Field, Record, a_count, money_in, read_small_csv, several
from tallystick.files.spots import Refusal
from tallystick.files.values import value_of
from tallystick.in_year.months import Months, name_of, read_months
from tallystick.kernel.case import ContractCase
from tallystick.kernel.errors import Fault, FaultList, did_you_mean
from tallystick.kernel.language.nodes import Kind

PLAN = "plan.csv"


@frozen(eq=False)
class Plan:
    """Pence and units by contract, label and month; units are None where they are not planned."""

    pence: Mapping[tuple[str, str, datetime.date], int] = field(factory=dict)
    units: Mapping[tuple[str, str, datetime.date], int] = field(factory=dict)

    def labels(self, contract: str) -> tuple[str, ...]:
        """The labels of a contract that have a plan, in order of their names."""
        return tuple(sorted({label for of, label, _ in self.pence if of == contract}))

    def amount(self, contract: str, label: str, months: Iterable[datetime.date]) -> int | None:
        """The planned pence of these months; None if a month of them has no plan."""
        return _sum(self.pence, contract, label, months)

    def count(self, contract: str, label: str, months: Iterable[datetime.date]) -> int | None:
        """The planned units of these months; None if they are not planned for one of them."""
        return _sum(self.units, contract, label, months)


def _sum(
    of: Mapping[tuple[str, str, datetime.date], int], contract: str, label: str, months: Iterable[datetime.date]
) -> int | None:
    found = [of.get((contract, label, month)) for month in months]
    return None if None in found else sum(one for one in found if one is not None)


def read_plan(folder: Path, contracts: Sequence[ContractCase], money: str) -> Plan:
    """Read a workspace's plan; an empty one if it has none. Raises InputError with every fault."""
    path = folder / PLAN
    if not path.is_file():
        return Plan()
    fields = {
        "contract": Field(), "label": Field(), "months": Field(read=read_months),
        "amount": Field(read=money_in(money)), "units": Field(read=a_count, needed=False),
        "profile": Field(read=_profile, needed=False),
    }  # fmt: skip
    labels = {contract.id: [entry.label for entry in contract.rules] for contract in contracts}
    pence: dict[tuple[str, str, datetime.date], int] = {}
    units: dict[tuple[str, str, datetime.date], int] = {}
    faults = FaultList()
    for record in read_small_csv(path, PLAN, fields):
        wrong = list(_wrong(record, labels, pence))
        faults.extend(wrong)
        if wrong:
            continue
        months: Months = record["months"]
        for month, part in zip(months, spread(record["amount"], len(months), record["profile"]), strict=True):
            pence[record["contract"], record["label"], month] = part
        if record["units"] is not None:
            for month, part in zip(months, spread(record["units"], len(months), record["profile"]), strict=True):
                units[record["contract"], record["label"], month] = part
    faults.raise_if_any()
    return Plan(pence, units)


def spread(whole: int, many: int, profile: Sequence[Fraction] | None = None) -> list[int]:
    """A whole number in parts that sum to it: by the profile, or alike with what is left over in the earliest.

    By a profile, the parts up to each month come to the whole times the rates up to it, rounded half up.
    """
    size, sign = abs(whole), -1 if whole < 0 else 1
    if profile is None:
        each, more = divmod(size, many)
        return [sign * (each + (place < more)) for place in range(many)]
    parts, reached, rates = [], 0, Fraction(0)
    for rate in profile:
        rates += rate
        exact = size * rates
        upto = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
        parts.append(sign * (upto - reached))
        reached = upto
    return parts


def _wrong(record: Record, labels: Mapping[str, Sequence[str]], planned: Mapping[Any, int]) -> Iterable[Fault]:
    contract, label, months, profile = (record[name] for name in ("contract", "label", "months", "profile"))
    if contract not in labels:
        found = f'there is no contract "{contract}"'
        yield record.fault("contract", "contract/unknown", found, "", did_you_mean(contract, labels))
        return
    if label not in labels[contract]:
        found = f'contract {contract} has no rule "{label}"'
        yield record.fault("label", "label/unknown", found, "", did_you_mean(label, labels[contract]))
    if profile is not None and len(profile) != len(months):
        found = f"{len(profile)} rates for {len(months)} months"
        yield record.fault("profile", "plan/profile", found, "each month has its own part", "a rate for each month")
    if profile is not None and sum(profile) != 1:
        found = f"the rates sum to {in_percent(sum(profile))}, not 100%"
        yield record.fault(
            "profile", "plan/profile", found, "the parts have to sum to the whole", "rates of 100% in all"
        )
    if twice := [name_of(month) for month in months if (contract, label, month) in planned]:
        found = f"{twice[0]} is planned twice for {label} of {contract}"
        yield record.fault("months", "plan/twice", found, "its plan would count twice", "each month once")


def in_percent(rate: Fraction | int) -> str:
    """A rate in words: as a percentage where it ends, else as a fraction of it."""
    percent = Fraction(rate) * 100
    whole, rest = divmod(percent, 1)
    return f"{whole}%" if not rest else f"{percent.numerator}/{percent.denominator} %"


def _profile(text: str) -> tuple[Fraction, ...]:
    rates = tuple(Fraction(value_of(Kind.RATE, one, textual=True)) for one in several(text))
    if any(rate < 0 for rate in rates):
        raise Refusal("plan/profile", "a part of the profile is below zero", "", "8.5%; 8%; …")
    return rates
