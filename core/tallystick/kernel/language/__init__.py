"""The language of amounts: a rule says in it what flows from whom to whom, and computes nothing.

An expression is a tree of nodes (``nodes``); a rule sees it through typed series (``series``) and the
words that join them (``words``). The readings, ``kernel.pay``, ``kernel.check`` and the explanations,
work on the nodes alone.
"""
