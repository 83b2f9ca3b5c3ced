"""Which contract a row of activity belongs to, worked out before anything is settled.

Contracts claim rows by provider, responsible commissioner, service, point of delivery, treatment function, site and
days. The most specific claim wins, and two of one rank are an error. Codes are compared by the body that stands in
their place on the row's day.
"""
