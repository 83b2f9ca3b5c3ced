"""Sizes, as people write them: ``1GB``, ``800 MB``."""

from __future__ import annotations

import re
from typing import Any

import click

_UNITS = {"MB": 2**20, "GB": 2**30, "TB": 2**40}
_SIZE = re.compile(r"(\d+)(?:\.(\d))?\s*([MGT])(?:i?B)?", re.IGNORECASE)


class Bytes(click.ParamType[int]):
    """A size of memory in bytes; a gigabyte is 1,024 megabytes here."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The bytes; a usage error for anything that is no size, or is nothing."""
        if isinstance(value, int):
            return value
        found = _SIZE.fullmatch(str(value).strip())
        size = 0
        if found is not None:
            tenths = int(found[1]) * 10 + int(found[2] or 0)
            size = tenths * _UNITS[f"{found[3].upper()}B"] // 10
        if not size:
            self.fail(f"{value!r} is no size of memory; write 1GB, or 800MB", param, ctx)
        return size
