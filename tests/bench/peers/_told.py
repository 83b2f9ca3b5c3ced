"""What every script is told and has to say; it imports nothing that an environment might not have."""

from __future__ import annotations

import csv
import json
import resource
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Lines = Iterable[tuple[str, str, str, int]]
"""Contract, flow, body (empty where the flow has none), pence."""


def _peak() -> float:
    """The most memory that this process held; what the system counts for it otherwise begins with its parent's."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM:")) / 1024


def run(pay: Callable[[Path, dict[str, Any]], Lines]) -> None:
    """Pay what is in a folder, and say what it took; the pence go to a file."""
    told = json.loads(sys.argv[1])
    clock, processor = time.perf_counter(), time.process_time()
    lines = list(pay(Path(told["folder"]), told))
    taken = {"seconds": time.perf_counter() - clock, "processor": time.process_time() - processor}
    taken["megabytes"] = _peak()
    with Path(told["answer"]).open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("contract", "flow", "body", "pence"))
        writer.writerows(line for line in lines if line[3])
    sys.stdout.write(json.dumps(taken))
