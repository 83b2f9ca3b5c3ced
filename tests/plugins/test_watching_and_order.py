"""Every rule that pays can be watched, the order of plugins changes nothing, and no engine shares another's."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from tallystick.kernel.plugins import Plugins
from tallystick.kernel.program import compose
from tallystick.kernel.settlement import settle
from tallystick_rules import plugin as national
from tests.plugins.by_path import virtual_wards
from tests.plugins.made_up import facts, load
from tests.spec.drawn import Each, OnTop, Spells
from tests.support import case, contract, facts_of, framed, price_list, use


class Watched:
    """Writes down every hook that pluggy calls, and for which rule."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.managers: list[Any] = []

    def __call__(self, manager: Any) -> None:
        self.managers.append(manager)

        def before(hook: str, impls: Any, kwargs: Any) -> None:
            self.calls += [(hook, impl.plugin_name) for impl in impls]

        def after(outcome: Any, hook: str, impls: Any, kwargs: Any) -> None: ...

        manager.add_hookcall_monitoring(before, after)


class TestWatching:
    def test_monitoring_sees_every_rule_that_paid_and_no_call_for_each_contract(self) -> None:
        ids = ("A", "B", "C")
        made = case(
            *(
                contract(name, use(Each, amount=f"£{n}"), use(OnTop, on="each", share="5%"), provider=f"RX{n}")
                for n, name in enumerate(ids, 1)
            ),
            tables=[Spells],
        )
        watched = Watched()
        spells = [{"discharged": "2025-05-01", "provider": f"RX{n}"} for n in (1, 2, 3)]
        settled = settle(made, facts(made, spells), watch=watched)
        paid = {settled.program.identities[line.contract][line.label] for line in settled.lines}
        assert {plugin_name for _, plugin_name in watched.calls} == paid
        assert sorted(hook for hook, _ in watched.calls) == ["incentive", "incentive"]  # two ways, three contracts

    def test_each_program_has_a_manager_of_its_own(self) -> None:
        watched = Watched()
        made = case(contract("A", use(Each, amount="£1")), tables=[Spells])
        compose(made, watch=watched)
        compose(made, watch=watched)
        one, other = watched.managers
        assert one is not other
        assert one.get_plugins().isdisjoint(other.get_plugins())


def brought_by(*names: str) -> list[ModuleType]:
    """The national rules and the plugin for virtual wards, as the engine is handed them, in this order."""
    known = {"national": national, "virtual wards": virtual_wards()}
    return [known[name] for name in names]


class TestOrder:
    def test_the_order_in_which_plugins_come_changes_nothing_that_is_paid(self) -> None:
        found = []
        for names in (("national", "virtual wards"), ("virtual wards", "national")):
            loaded = load(*brought_by(*names))
            rules = {name: brought.what for name, brought in loaded.rules.items()}
            block, days = rules["block"], rules["virtual-ward-day"]
            wards = use(days, "days", prices="wards", at_most_days=3)
            made = case(
                contract("A", use(block, value="£120.01"), wards, settles="month"),
                tables=[brought.what for brought in loaded.tables.values()],
                prices=(ward_prices(loaded),),
            )
            stays = [{"ward": "frailty", "started": "2025-04-01", "ended": "2025-04-05", "days": 5}]
            spec = made.tables["virtual_ward_stays"]
            settled = settle(made, {spec.name: framed(spec, facts_of(spec, stays))})
            assert settled.passed
            found.append((settled.lines, sorted(loaded.rules), sorted(loaded.tables)))
        assert found[0] == found[1]
        assert sum(line.pence for line in found[0][0]) == 12_001 + 3 * 11_850

    def test_each_engine_has_a_manager_and_plugins_of_its_own(self) -> None:
        one, other = load(*brought_by("national", "virtual wards")), load(*brought_by("national"))
        assert one.manager is not other.manager
        assert "virtual-ward-day" in one.rules
        assert "virtual-ward-day" not in other.rules
        one.manager.unregister(name="tallystick_rules")
        assert other.manager.has_plugin("tallystick_rules")


def ward_prices(loaded: Plugins) -> Any:
    return price_list(loaded.tables["virtual_ward_prices"].what, "wards", {"code": "frailty", "price": "£118.50"})
