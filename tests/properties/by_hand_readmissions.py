"""Avoidable admissions, found by hand: which spells are, which are left out, and which are at fault."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.kernel.case import ContractCase, RuleEntry
from tests.properties.by_hand import Book, Row, World, home, listed, number


def avoidable_admissions(
    made: World, contract: ContractCase, rule: RuleEntry, book: Book
) -> Iterator[tuple[int, Row]]:  # fmt: skip
    """Each of the contract's spells that counts, with its period; each fault of a spell is refused."""
    for row in made.rows["spells"]:
        where = home(made.case, row, "discharged")
        if where is None or where[0] is not contract or not row["admission_method"].startswith("2"):
            continue
        if not listed(rule.shape.get("where"), row):
            continue
        if rule.shape["of"].name != "ADMISSIONS":
            faults = _faults(row, rule)
            for _ in range(faults):
                book.refuse(contract.id, rule.label, "spells", row["spell"])
            if faults or not _is_readmission(row, rule):
                continue
        counts = True
        for one in rule.shape.get("exclusions", ()):
            if not counts or not listed(one.where, row):
                continue
            if one.younger_than is not None and row["age_years"] is None:
                book.refuse(contract.id, rule.label, "spells", row["spell"])
                continue
            counts = one.younger_than is not None and row["age_years"] >= one.younger_than
        if counts:
            yield where[1], row


def _is_readmission(row: Row, rule: RuleEntry) -> bool:
    ended = row["index_discharged"]
    if ended is None or (row["admitted"] - ended).days > number(rule, "within_days", row["discharged"]):
        return False
    return rule.shape["of"].name == "READMISSIONS" or row["index_admission_method"] in ("11", "12", "13")


def _faults(row: Row, rule: RuleEntry) -> int:
    """How many things are wrong with what a row says of its earlier stay."""
    ended, method = row["index_discharged"], row["index_admission_method"]
    if ended is None:
        return int(row["index_spell"] is not None)
    days, after_elective = (row["admitted"] - ended).days, rule.shape["of"].name == "AFTER_ELECTIVE"
    in_time = days <= number(rule, "within_days", row["discharged"])
    return int(days < 0) + int(after_elective and in_time and method is None)
