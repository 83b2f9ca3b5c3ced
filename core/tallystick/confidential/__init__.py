"""Who may see what: a settlement as one party may see it, where some tables or columns are confidential to it.

What rests on them is shown in groups of so many people or not at all, and nobody can take two runs apart to find a
smaller one. Nothing is settled here: what is payable is payable in any view, to the penny.
"""
