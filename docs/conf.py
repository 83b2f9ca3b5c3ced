"""How Sphinx builds the manual: MyST pages, Furo's theme, and no network."""

from importlib.metadata import version as installed_version

project = "Tallystick"
author = "The Tallystick contributors"
copyright = "2026, the Tallystick contributors; Open Government Licence v3.0"
release = version = installed_version("tallystick")

extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "README.md", "**/README.md", "tallystick_examples"]
nitpicky = True

html_theme = "furo"
html_title = "Tallystick"
