"""Settling in the year: what is due now is what is due to date less what was already posted.

What lives here takes ledger lines, says what changed since they were last posted, keeps the journal of postings, and
works out what is payable. It settles nothing itself: the lines come from a settlement of the months to date.
"""
