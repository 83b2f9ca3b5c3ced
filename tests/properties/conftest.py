"""Drawn worlds are read in stretches of a few rows."""

from tests.small_blocks import small_blocks

__all__ = ["small_blocks"]
