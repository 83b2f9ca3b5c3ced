"""Virtual ward days: hospital-level care at home, paid by the day, with a cap a stay and a limit a year.

One file for each thing that the plugin brings: the table of stays, the price list, the currency, the limit, the
command and the section of the statement. ``plugin`` registers them; nothing is registered by being imported.
"""

__version__ = "0.1.0"
