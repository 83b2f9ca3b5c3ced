"""Writes the reference pages of rules, tables and price steps from the code, each time the manual is built."""
