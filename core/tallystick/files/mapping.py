"""The mapping file: which of a user's column names stands for which of ours, in a file that a user can change.

A section for each table, and in it the user's name on the left::

    [spells]
    "Spell_Core_HRG" = "hrg"
    "Tariff_Initial_Amount_National" = "price_pounds"
    "NHS_Number_Status" = ""        # left alone
    "*" = "ignore"                  # and so is every other column that is not known
"""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from tallystick.files.toml import read_toml
from tallystick.kernel.errors import FaultList

EVERY_OTHER = "*"
IGNORE = "ignore"

_EXAMPLE = '[spells] on a line, and below it "Spell_Core_HRG" = "hrg"'


def read_mapping(path: str | PathLike[str]) -> dict[str, dict[str, str]]:
    """Read a mapping file into ``{table: {local column name: our column name}}``; raises InputError.

    Whether the names are those of a table is checked when a table is read with it.
    """
    document = read_toml(Path(path))
    faults, mapping = FaultList(), {}
    for table, names in document.data.items():
        spot = document.spot.at(table)
        if not isinstance(names, Mapping):
            why = "a mapping file has a section for each table, and nothing outside them"
            faults.add(spot.fault("mapping/section", f'"{table}" is not a section', why, _EXAMPLE, key=True))
            continue
        for local, ours in names.items():
            if not isinstance(ours, str):
                why = "it says which of our columns the user's column is"
                write = 'a column name in quotes, or "" to leave the column alone'
                faults.add(spot.at(local).fault("mapping/name", f'"{local}" is not given a name', why, write))
            elif local == EVERY_OTHER and ours != IGNORE:
                why = '"*" stands for every column that is not known, and those can only be left alone'
                faults.add(spot.at(local).fault("mapping/every-other", f'"*" is given "{ours}"', why, '"*" = "ignore"'))
        mapping[table] = dict(names)
    faults.raise_if_any()
    return mapping
