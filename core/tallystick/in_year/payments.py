"""payments.csv: the payments that were made and that no posting ordered, such as instalments on account.

A payment that a posting ordered is in the journal already and is not written here too: it would count twice.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tallystick.in_year.payable import Body, Payment, unchanged
from tallystick.kernel.case import ContractCase
from tallystick.kernel.errors import Fault, InputError, did_you_mean
from tallystick.kernel.facts import Row
from tallystick.kernel.language.series import Amount, Code, Day, Maybe
from tallystick.kernel.money import money_text
from tallystick.kernel.tables import Table, column, table

FILE = "payments.csv"
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")


@table("payments", unique=(("contract", "reference"),))
class Payments(Table):
    """Payments that were made and that no posting ordered: one row for each."""

    contract: Code = column("The contract under which it was paid.")
    payer: Code = column("Organisation code of the body that paid.")
    payee: Code = column("Organisation code of the body that was paid.")
    paid_on: Day = column("The day on which it was paid.")
    amount: Amount = column("How much was paid.", signed=True)  # refused below, where it can be said why
    reference: Code = column("What it was; no two payments of a contract have the same reference.")
    month: Maybe[Code] = column(
        "The month that an instalment is for, as 2025-04: it counts once that month is reconciled. Missing, it counts "
        "from the day on which it was paid."
    )


def read_payments(
    path: Path, contracts: Iterable[ContractCase], *, as_at: datetime.date, money: str = "GBP",
    body: Body = unchanged, needed: bool = False, through: str = "",
) -> tuple[Payment, ...]:  # fmt: skip
    """Every payment that was known by ``as_at``, in order of contract and day; none if there is no such file.

    With ``through`` (the last month that is reconciled, as 2025-09) without those for later months. With ``needed``
    the file has to be there. All rows are read and checked, also those of later payments. Raises InputError with
    every fault, each with its row and column.
    """
    from tallystick.files.activity import read_facts  # here, so that the journal is read without Polars

    if not path.exists():
        if not needed:
            return ()
        raise InputError(Fault(
            code="file/missing", file=path.name, found="there is no such file",
            why="what was posted before was to be taken from the payments alone",
            write=f"{path.name} beside scheme.toml; or --posted journal, which is what is taken if nothing is said",
        ))  # fmt: skip
    facts = read_facts(Payments.table, path, file_name=path.name, money=money)
    rows = list(facts.records())
    parties = {one.id: (one.provider, one.commissioner) for one in contracts}
    faults = [(row, fault) for row, one in enumerate(rows) for fault in _faults(one, parties, body, money)]
    if faults:
        raise InputError(_placed(faults, path))
    found = (
        Payment(r["contract"], r["payer"], r["payee"], r["paid_on"], r["amount"], r["reference"])
        for r in rows
        if not through or (r["month"] or "") <= through
    )
    return tuple(
        sorted((one for one in found if one.paid_on <= as_at), key=lambda one: (one.contract, one.paid_on, one))
    )


def _faults(row: Row, parties: Mapping[str, tuple[str, str]], body: Body, money: str) -> Iterator[Fault]:
    contract, payer, payee = row["contract"], row["payer"], row["payee"]
    if row["month"] is not None and not _MONTH.fullmatch(row["month"]):
        yield Fault(
            code="months/form", found=f'"{row["month"]}" is not a month', column="month", write="2025-04, or nothing"
        )  # fmt: skip
    if contract not in parties:
        yield Fault(
            code="payment/contract", found=f'there is no contract "{contract}"', column="contract",
            why="nobody could say what the payment is part of", write=did_you_mean(contract, parties),
        )  # fmt: skip
    for name, code in (("payer", payer), ("payee", payee)):
        if "/" in code or code in ("provider", "commissioner", "scheme"):
            yield Fault(
                code="payment/body", found=f'"{code}" is not an organisation\'s code', column=name,
                why="payments are made between bodies; a pot's money stands with whoever holds it",
                write="the code of the body that " + ("paid" if name == "payer" else "was paid"),
            )  # fmt: skip
    if payer == payee:
        yield Fault(
            code="payment/itself", found=f'"{payer}" is payer and payee', column="payee",
            why="nothing is paid by a body to itself", write="the code of the body that was paid",
        )  # fmt: skip
    elif contract in parties and not _is_between(row, parties[contract], body):
        provider, commissioner = parties[contract]
        yield Fault(
            code="payment/stranger", found=f'neither "{payer}" nor "{payee}" is a party of {contract}', column="payer",
            why="a payment under a contract has one of its parties at one end at least",
            write=f"{provider} (its provider) or {commissioner} (its commissioner) as payer or payee",
        )  # fmt: skip
    if row["amount"] <= 0:
        paid_back = " A payment back has payer and payee the other way round"
        yield Fault(
            code="payment/amount", found=f"{money_text(row['amount'], money)} is no payment", column="amount",
            why="a payment is more than nothing", write=f"what was paid, without a minus sign.{paid_back}",
        )  # fmt: skip


def _is_between(row: Row, parties: tuple[str, str], body: Body) -> bool:
    """True if a party of the contract is at one end; a successor stands for its predecessor."""
    day = row["paid_on"]
    ends = {row["payer"], row["payee"]}
    if "" in ends or ends & set(parties):
        return True
    return bool({body(one, day) for one in ends} & {body(one, day) for one in parties})


def _placed(faults: list[tuple[int, Fault]], path: Path) -> list[Fault]:
    """The faults with the file's name and row numbers, which count rows as a spreadsheet does, empty ones too."""
    import attrs

    from tallystick.files.delimited import scan
    from tallystick.files.spots import first_of_each_kind

    numbers = scan(path).select("row number").collect()["row number"].to_list()
    return first_of_each_kind(attrs.evolve(fault, file=path.name, row=numbers[row]) for row, fault in faults)
