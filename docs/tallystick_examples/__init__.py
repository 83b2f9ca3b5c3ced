"""Runnable workspaces, shipped with the engine: each folder here is one, and its README says what it shows."""
