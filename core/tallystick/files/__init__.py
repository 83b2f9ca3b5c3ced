"""Files: from what people write and keep (TOML, CSV, Parquet) to the plain values that the kernel settles.

What lives here reads and refuses; it works nothing out. Every fault says what was found, where, why it is wrong
and what to write, and all of a workspace's faults come back together. Writing results lives in ``report``.
"""
