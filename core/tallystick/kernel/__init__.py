"""The kernel: words, the language of amounts, the readings of it, settlement and hooks.

What lives here knows neither files nor the national rules, and imports nothing else of Tallystick.
"""
