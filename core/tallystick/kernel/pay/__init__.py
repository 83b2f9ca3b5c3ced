"""The pay path: a program read by lazy columnar queries over any number of rows.

``read`` gives the same :class:`~tallystick.kernel.reading.Reading` as the reference evaluator, which shares
no arithmetic with it. Row work is one fused query a table and pass, and one more for few rows of which much is
said, through Narwhals; what is coarser than a row is exact Python, a column at a time.
"""

from tallystick.kernel.pay.lines import line_frames, line_parts, rows_of_no_contract, rows_where
from tallystick.kernel.pay.read import Payer, read

__all__ = ["Payer", "line_frames", "line_parts", "read", "rows_of_no_contract", "rows_where"]
