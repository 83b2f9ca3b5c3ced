"""Files that appear whole or not at all: forced to the disk under a hidden name first, and never over another.

A hidden file or folder that is being written names the process that writes it, so that what a dead process left can
be told from what a living one still needs.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

_LITTLE = 2**16
"""Of a disk that has no more bytes than this, what cannot be written was too much."""
_STALE_SECONDS = 24 * 60 * 60
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
_WRITER = re.compile(r"^\..+\.(?P<host>[^.]*)\.(?P<pid>\d+)\.[0-9a-f]+\.partial$")


def partial_path(below: Path, name: str) -> Path:
    """A hidden name beside the final one, which says which process writes there."""
    return below / f".{name}.{host()}.{os.getpid()}.{token_hex(4)}.partial"


def remove_dead(below: Path, prefix: str = "") -> None:
    """Take away what a process that died left half written; that of one which may still be alive stays."""
    for path in below.glob(f".{prefix}*.partial"):
        match = _WRITER.match(path.name)
        if match is None or may_live(path, match["host"], int(match["pid"])):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink()


def may_live(path: Path, machine: str, pid: int) -> bool:
    """True if the process that writes ``path`` may still be alive; one of another machine is so for a day."""
    if pid == os.getpid() and machine == host():
        return True
    if machine == host() and os.name == "posix":
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True
    try:
        return time.time() - path.stat().st_mtime < _STALE_SECONDS
    except OSError:
        return False


def host() -> str:
    """The machine's name, as it can stand in a file's name."""
    return re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:40]


def write_new(path: Path, content: bytes) -> None:
    """Write a new file: whole and forced to the disk, or not at all, and never over one that is there.

    Raises FileExistsError if there is one, and OSError where it cannot be written. An error after the file has its
    name (the folder could not be forced to the disk) is raised too, and the file is there.
    """
    partial = partial_path(path.parent, path.stem)
    try:
        _write(partial, content)
        _name_at_once(partial, path)
        force_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _name_at_once(partial: Path, path: Path) -> None:
    """Give a file its name, unless something has that name: of two that try at once, one is told FileExistsError."""
    if os.name == "nt":
        partial.rename(path)  # where renaming never goes over another file
    else:
        try:
            os.link(partial, path)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            says = "this disk knows no hard links, so a file cannot get its name all at once; nothing was written"
            raise OSError(error.errno, says, str(path.parent)) from None


def force_folder(below: Path) -> None:
    """Force a folder's own list of names to the disk."""
    if os.name != "posix":
        return  # elsewhere a folder cannot be opened
    opened = os.open(below, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextlib.contextmanager
def errors_of_disk(folder: Path) -> Iterator[None]:
    """What a full disk says inside is an OSError that names the folder, whatever a library has made of it."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(folder)
        raise
    except Exception as error:
        said = re.search(r"os error ([0-9]+)|transport error", str(error))
        if said is None or not type(error).__module__.startswith("polars"):
            raise
        number = int(said[1] or (errno.EIO if shutil.disk_usage(folder).free > _LITTLE else errno.ENOSPC))
        raise OSError(number, os.strerror(number), str(folder)) from error
