"""The same payments once more by hand, in the SQL of DuckDB: what another person would write for the same figures.

What decides is worked out before anything is joined, notes of a spell are one table, and held money is summed by
contract and state: the ways that made ``by_hand`` fast, where they make this fast too.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from tests.bench import numbers as told

_CODES = ", ".join(f"'{code}'" for code in told.HIP_FRACTURE)
_ELECTIVE = ", ".join(f"'{code}'" for code in told.ELECTIVE)
_PAID = ", ".join(f"'{code}'" for code in told.PAID_CLASSES)
_IN_YEAR = f"between date '{told.FIRST}' and date '{told.LAST}'"
_AS_AT = f"date '{told.AS_AT}'"


def _half_up(above: str, below: int) -> str:
    return f"((2 * ({above}) + {below}) // {2 * below})"


NOTES = f"""
with asked as (
    select spell, answered_on, satisfied as said from answers
    where question = '{told.QUESTION}' and answered_on <= {_AS_AT} and satisfied is not null
), exempted as (
    select spell, decided_on as exempted_on from exemptions where decided_on <= {_AS_AT}
), timed as (
    select spell, criterion = '{told.SURGERY}' as is_timed, met,
        datediff('minute', started_at at time zone 'Europe/London', finished_at at time zone 'Europe/London') as taken
    from evidence
    where standard = '{told.STANDARD}' and criterion in ('{told.SURGERY}', '{told.GERIATRICIAN}')
), recorded as (
    select spell,
        coalesce(bool_or(is_timed and taken between 0 and {told.MOST_HOURS * 60}), false)
            and coalesce(bool_or(not is_timed and met), false) as reached,
        coalesce(bool_or(is_timed and taken > {told.MOST_HOURS * 60}), false)
            or coalesce(bool_or(not is_timed and not met), false) as missed
    from timed group by spell
)
select * from asked full join exempted using (spell) full join recorded using (spell)
"""

_EXACT = """
(price + case when on_long_stay then long_stay else 0 end) * (100 + more)
    + case when on_long_stay then 0 else long_stay end * 100
"""

SPELLS = f"""
with decided as (
    select s.contract, s.discharged, s.age_years, s.critical_care_days, s.ready_on is not null as ready,
        s.patient_class in ({_PAID}) as claimed, s.hrg in ({_CODES}) and c.has_top_up as is_case,
        c.on_long_stay, c.top_up, c.share_hundredths, c.youngest_asked, c.lapses_after_days, f.factor,
        case when s.length_of_stay_days <= c.short_stay_up_to and s.admission_method like '2%' and p.short_stay_applies
                and s.age_years >= c.short_stay_from_age then p.short_stay
            when s.patient_class = '2' and s.length_of_stay_days = 0 then p.day_case
            when s.admission_method in ({_ELECTIVE}) then p.elective else p.non_elective end as price,
        coalesce(greatest(s.length_of_stay_days - case when s.admission_method in ({_ELECTIVE})
            then p.trim_elective_days else p.trim_non_elective_days end, 0) * p.long_stay_day, 0) as long_stay,
        coalesce(t.top_up_hundredths, 0) as more, n.answered_on, n.said, n.exempted_on,
        coalesce(n.reached, false) as reached, coalesce(n.missed, false) as missed
    from spells s
        join contracts c using (contract)
        left join prices p on p.code = s.hrg
        left join factors f on f.provider = s.provider
        left join top_ups t on t.specialised_service = s.specialised_service
        left join notes n on n.spell = s.spell
    where s.discharged {_IN_YEAR}
), priced as (
    select *, claimed and price is not null as is_priced, is_case and reached as achieved,
        case when claimed and price is not null then {_half_up(f"({_EXACT}) * factor", 100_000_000)} else 0 end as paid,
        case when is_case and reached then {_half_up("top_up * factor", 1_000_000)} else 0 end as best,
        discharged + cast(lapses_after_days as integer) as last_day
    from decided
), holding as (
    select *, {_half_up("(paid + best) * share_hundredths", 100)} as held,
        coalesce(said is not null and (last_day is null or answered_on <= last_day), false) as in_time,
        exempted_on is not null as granted, coalesce(answered_on < exempted_on, false) as late,
        coalesce(age_years < youngest_asked, false) as free
    from priced
), stated as (
    select *, case when held = 0 then 0 when free then 1 when granted and not late then 2 when in_time and said then 3
        when in_time then 4 when coalesce(last_day < {_AS_AT}, true) then 5 else 6 end as state
    from holding
)
select contract, state, count(*) as spells, sum(paid) as price, sum(best) as best, sum(held) as held,
    count(*) filter (paid <> 0) as price_units, count(*) filter (best <> 0) as top_up_units,
    count(*) filter (held <> 0) as held_units, count(*) filter (claimed) as claimed,
    count(*) filter (is_priced) as is_priced, count(*) filter (is_case) as cases,
    count(*) filter (achieved) as achieved, count(*) filter (is_case and missed) as missed,
    count(*) filter (held <> 0 and not free and granted and late) as too_late, count(*) filter (ready) as ready,
    sum(critical_care_days) as critical
from stated group by contract, state
"""

_BY_STATE = {"exempt": "1, 2", "satisfied": "3", "not satisfied": "4"}
_STATES = {"never asked": "1", "is exempt": "2", "yes": "3", "no": "4", "not answered": "5, 6"}
_COUNTED = {
    "received: spell": "spells", "received: critical care day": "critical", "cases": "cases", "achieved": "achieved",
    "not met": "missed", "not recorded": "cases - achieved - missed", "claimed": "claimed",
    "claimed and priced": "is_priced", "exempted too late": "too_late",
    "gained by the commissioner": "case when state = 4 then held end",
    "no ready day": "case when charges then spells - ready end",
    **{name: f"case when state in ({states}) then spells end" for name, states in _STATES.items()},
}  # fmt: skip
_FLOWS = {
    "price": ("price", "price_units", "true"), "top-up": ("best", "top_up_units", "true"),
    "held": ("held", "held_units", "true"),
    **{name: ("held", "held_units", f"state in ({states})") for name, states in _BY_STATE.items()},
    "no answer": ("held", "held_units", "state = 5 and is_released"),
    "lapsed": ("held", "held_units", "state = 5 and passes_on"),
}  # fmt: skip

DELAYS = f"""
with late as (
    select s.contract, s.delay_reason, s.discharge_pathway, s.local_authority, c.daily_rate,
        s.discharged - s.ready_on - c.grace_days as days
    from spells s join contracts c using (contract)
    where s.discharged {_IN_YEAR} and s.ready_on < s.discharged and c.charges
), named as (
    select late.*, l.liable, days * daily_rate as cost, l.liable in ('local authority', '{told.TRANSPORT}') as named
    from late left join liable l on l.reason = delay_reason and l.pathway = discharge_pathway where days > 0
)
select contract, named, liable, case when liable = 'local authority' then local_authority when named then liable end
    as body, sum(days) as days, sum(cost) as cost
from named group by all
"""


def by_hand(folder: Path, small: Mapping[str, pl.DataFrame]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Flows (``contract, flow, body, pence, units``) and figures (``contract, figure, value``) of the year."""
    from tests.bench.by_hand_duckdb_others import CONTACTS, CONTACTS_PAID, LISTED, PEOPLE, PEOPLE_PAID, RECEIVED

    with duckdb.connect() as connection:
        for name in ("spells", "answers", "exemptions", "evidence", "people", "contacts"):
            connection.read_parquet(str(folder / f"{name}.parquet")).create_view(name)
        for name, frame in small.items():
            connection.register(name, frame.to_arrow())
        steps = {
            "notes": NOTES, "by_state": SPELLS, "delays": DELAYS, "listed": LISTED, "entries": PEOPLE,
            "seen": CONTACTS, "incentives": CONTACTS_PAID,
        }  # fmt: skip
        for name, query in steps.items():
            connection.execute(f"create {'view' if name == 'notes' else 'temp table'} {name} as {query}")
        flows = [
            f"select contract, '{flow}', null, sum({pence}), sum({units}) "
            f"from by_state join contracts using (contract) where {where} group by contract"
            for flow, (pence, units, where) in _FLOWS.items()
        ]  # fmt: skip
        flows += ["select contract, 'charge', body, cost, days from delays where named", PEOPLE_PAID]
        flows += [
            "select contract, 'events', null, paid, events from incentives",
            "select contract, 'avoided', null, avoided_pence, 0 from incentives",
            "select contract, 'above the cap', null, over, 0 from incentives",
        ]
        figures = [_summed(name, what) for name, what in _COUNTED.items()] + [
            "select contract, 'own charge', sum(cost) from delays where liable in ('provider', 'commissioner') "
            "group by contract",
            "select contract, 'nobody''s charge', sum(cost) from delays where liable = 'nobody' group by 1",
            "select contract, 'unlisted days', sum(days) from delays where liable is null group by 1",
            *RECEIVED,
        ]  # fmt: skip
        return (
            _frame(connection, flows, ("contract", "flow", "body", "pence", "units")),
            _frame(connection, figures, ("contract", "figure", "value")),
        )


def _summed(name: str, what: str) -> str:
    said = name.replace("'", "''")
    return f"select contract, '{said}', sum({what}) from by_state join contracts using (contract) group by contract"


def _frame(connection: duckdb.DuckDBPyConnection, parts: list[str], names: tuple[str, ...]) -> pl.DataFrame:
    """All parts together; a sum of nothing is nothing, and one of whole numbers is wider than it has to be."""
    texts = [
        name if name in ("contract", "flow", "body", "figure") else f"coalesce({name}, 0)::bigint" for name in names
    ]
    query = f"select {', '.join(texts)} from ({' union all '.join(parts)}) as parts({', '.join(names)})"
    found = pl.DataFrame(connection.sql(query).to_arrow_table())
    return found.rename(dict(zip(found.columns, names, strict=True)))
