"""Reports: what a settlement says, for people and for files. Statements, explanations and the run folder.

What lives here shows and writes; it settles nothing and reads no workspace. Every figure comes from a
:class:`~tallystick.kernel.settlement.Settlement` and is at most added up here.
"""
