"""The reference: every word of the language in plain exact Python, one value at a time, never made fast.

It shares the nodes with the pay path and no arithmetic: whole numbers and fractions here, columns there. What
the two give for one program and the same facts is equal, to the penny and to the row.
"""

from tallystick.kernel.check.lines import read

__all__ = ["read"]
