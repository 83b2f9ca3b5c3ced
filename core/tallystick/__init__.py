"""Tallystick settles payment schemes: every payment has two halves, and the halves always match."""

__version__ = "0.1.0"
