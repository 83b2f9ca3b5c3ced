"""Files that were to be text in UTF-8 and are not: what they are instead, told from their first bytes."""

from __future__ import annotations

from tallystick.kernel.errors import Fault

_SAVE_CSV = 'the file saved again as "CSV UTF-8 (comma delimited)"'
_KNOWN = (
    (b"PK\x03\x04", "this is a spreadsheet workbook, or another packed file, and not text", _SAVE_CSV),
    (b"\xd0\xcf\x11\xe0", "this is an old spreadsheet workbook, and not text", _SAVE_CSV),
    (b"PAR1", "this is a Parquet file, though its name does not say so", "a name that ends in .parquet"),
    (b"\x1f\x8b", "this is a packed file, and not text", "the file unpacked"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def not_utf8(start: bytes, file: str, line: int | None) -> Fault:
    """The fault of a file that is not text in UTF-8: by its first bytes, and the line where that shows first."""
    for mark, found, write in _KNOWN:
        if start.startswith(mark):
            return Fault(code="file/encoding", found=found, why="its first bytes say so", write=write, file=file)
    if start.startswith(_UTF16) or b"\x00" in start[:8]:
        return Fault(
            code="file/encoding", found="the file is not in UTF-8 but in UTF-16", file=file, line=line,
            why='spreadsheets call it "Unicode text"',
            write='save it again with the encoding "UTF-8" ("CSV UTF-8" in a spreadsheet)',
        )  # fmt: skip
    return Fault(
        code="file/encoding", found="the file is not in UTF-8", file=file, line=line,
        why="a sign such as £ would be read as another one",
        write='save it again with the encoding "UTF-8" ("CSV UTF-8" in a spreadsheet)',
    )  # fmt: skip
