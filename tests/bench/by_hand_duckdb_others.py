"""The other tables in the SQL of DuckDB: people of the census, and contacts."""

from __future__ import annotations

from tests.bench import numbers as told

_CENSUS = f"date '{told.CENSUS}'"

_PAYEES = {
    "provider": "premium to the provider", "local authority": "premium to the authority",
    told.SCHOOLS: "premium to an organisation",
}  # fmt: skip

LISTED = " union all ".join(
    f"select contract, '{category}' as category, '{payee}' as payee, '{_PAYEES[payee]}' as flow, {at} as place, "
    f"tenths_{at} as tenths, case when tenths_{at} is not null then "
    f"{_CENSUS} - to_years(look_back_{at}::integer) end as since from contracts where has_premium"
    for at, (category, payee) in enumerate(told.CATEGORIES.items())
)
"""For each contract that pays for people and each category: its rate, since when it counts, and its place."""

PEOPLE = f"""
with now as (
    select contract, person, category, last_eligible, local_authority from people
    where census_day = {_CENSUS} and category is not null
), several as (
    select * from now where person in (select person from now group by person having count(*) > 1)
), own as (
    select now.*, payee, flow, tenths, place, since, coalesce(last_eligible >= since, false) as eligible
    from now join listed using (contract, category)
), higher as (
    select distinct own.person, own.category
    from own join several o using (person) join listed t on t.contract = own.contract and t.category = o.category
    where o.last_eligible >= t.since and (t.tenths > own.tenths or (t.tenths = own.tenths and t.place < own.place))
)
select own.*, h.person is not null as outranked, eligible and h.person is null as counted
from own left join higher h on h.person = own.person and h.category = own.category
"""

PEOPLE_PAID = """
select contract, flow,
    case payee when 'provider' then null when 'local authority' then local_authority else payee end as body,
    sum(case when tenths is null then 0 else (2 * tenths + 10) // 20 end), count(*)
from entries where counted group by all
"""

CONTACTS = f"""
select contract, contacts, count(*) as many, count(*) filter (service = '{told.SERVICE}') as served,
    count(*) filter (contact_type = '{told.VISIT}') as visits
from contacts where contacted_on between date '{told.FIRST}' and date '{told.LAST}' group by contract, contacts
"""

CONTACTS_PAID = """
with summed as (
    select contract, events as kind, each_tenths, cap, baseline, sum(contacts * many) as received,
        sum(case when events = 'each' then contacts * served else 0 end) as events,
        sum(case when events = 'each' then (2 * contacts * each_tenths + 10) // 20 * served else 0 end) as paid,
        sum(case when events = 'below' then contacts * visits else 0 end) as visits
    from seen join contracts using (contract) group by all
), avoiding as (
    select *, case when visits > 0 then greatest(baseline - visits, 0) else 0 end as avoided from summed
), earned as (
    select *, (2 * avoided * each_tenths + 10) // 20 as avoided_pence from avoiding
)
select *, case when kind = 'none' then 0 else greatest(paid + avoided_pence - cap, 0) end as over from earned
"""

_WHY = {
    "people paid for": "counted", "outranked": "eligible and outranked",
    "no longer eligible": "tenths is not null and last_eligible is not null and not eligible",
    "without a day": "tenths is not null and last_eligible is null", "of another category": "tenths is null",
}  # fmt: skip

RECEIVED = (
    *(f"select contract, '{name}', count(*) from entries where {why} group by contract" for name, why in _WHY.items()),
    "select contract, 'received: person', count(*) from people join contracts using (contract) group by contract",
    "select contract, 'of unknown category', count(*) from people join contracts using (contract) "
    f"where has_premium and census_day = {_CENSUS} and category is null group by contract",
    "select contract, 'received: contact', received from incentives",
    "select contract, 'events avoided', avoided from incentives",
    "select contract, 'not paid above the cap', over from incentives",
)
"""Why an entry of the census is paid for or not, and what was received."""
