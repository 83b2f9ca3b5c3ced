"""Write one page to the standard output."""

from __future__ import annotations

import importlib
import sys

if __name__ == "__main__":
    sys.stdout.write(importlib.import_module(f"docs._ext.contract_pages.{sys.argv[1].replace('-', '_')}").page())
