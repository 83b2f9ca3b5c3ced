"""How Sphinx builds the manual: MyST pages, Furo's theme, pages made from the code, and no network."""

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "Tallystick"
author = "The Tallystick contributors"
copyright = "2026, the Tallystick contributors; Open Government Licence v3.0"
release = version = installed_version("tallystick")

extensions = ["myst_parser", "sphinx.ext.autodoc", "_ext.reference"]
myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "README.md", "**/README.md", "tallystick_examples"]
nitpicky = True

html_theme = "furo"
html_title = "Tallystick"
html_static_path = ["_static"]
html_css_files = ["manual.css"]
