"""Runs the Python examples of every page of the manual as tests, page by page and from top to bottom.

The examples of generated pages are run where they are written: in the docstrings.
"""

import os
from doctest import ELLIPSIS

from sybil import Sybil
from sybil.parsers.myst import DocTestDirectiveParser, PythonCodeBlockParser, SkipParser

os.environ["TALLYSTICK_CACHE"] = "off"  # the examples leave nothing in the cache of whoever runs them

pytest_collect_file = Sybil(
    parsers=[
        DocTestDirectiveParser(optionflags=ELLIPSIS),
        PythonCodeBlockParser(doctest_optionflags=ELLIPSIS),
        SkipParser(),
    ],
    patterns=["**/*.md"],
    excludes=["_build/**", *(f"reference/{folder}/*" for folder in ("rules", "tables", "price-steps"))],
).pytest()
