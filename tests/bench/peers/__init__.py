"""Other ways to pay the same, each a script for an environment of its own: an interpreter of rules, floats, a loop.

``running`` makes the environments and runs the scripts; ``joined`` makes rows for those that cannot join tables.
"""

from tests.bench.peers.running import rows

__all__ = ["rows"]
