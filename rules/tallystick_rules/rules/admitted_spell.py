"""Admitted spell: the price of a stay in hospital, by its setting and its length."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

from tallystick.kernel.accounts import Contract
from tallystick.kernel.errors import RuleError
from tallystick.kernel.flows import Priced, Units
from tallystick.kernel.hooks import hookimpl
from tallystick.kernel.language.series import Code, Count, Flag, Maybe, Price, Rate
from tallystick.kernel.language.words import when
from tallystick.kernel.parameters import PriceList
from tallystick.kernel.rules import Rule, parameter, rule
from tallystick.kernel.trace import Activity
from tallystick_rules.rules._prices import as_money, factor_is_known, joined
from tallystick_rules.tables.admitted_prices import AdmittedPrices
from tallystick_rules.tables.factors import Factors
from tallystick_rules.tables.specialist_top_ups import SpecialistTopUps


class TopUpOn(enum.Enum):
    """What a specialist top-up is a share of."""

    PRICE = "price"
    PRICE_AND_LONG_STAY = "price and long stay"


@rule("admitted-spell")
class AdmittedSpell(Rule):
    """The price of a spell of admitted care, by setting, with long-stay days, specialist top-up and short stays.

    What it pays
        Each spell's core healthcare resource group, at the price of its setting. A group that the list marks as
        not priced, or gives no price in that setting, is shown in units only. Unbundled groups, critical-care days
        and listed drugs are payable beside it, by rules of their own.

    Who pays whom
        The commissioner pays the provider.

    How it is worked out
        1. An emergency (admission method begins with 2) of an adult who stays at most the short-stay days, in a
           group marked for it: the reduced short-stay price.
        2. Otherwise by setting: a day case (patient class 2 and no night), an ordinary elective stay, or a
           non-elective stay, by admission method.
        3. Days above the setting's trim point, and only those above it: each at the long-stay day's price. A stay
           of exactly the trim point pays none.
        4. Plus the specialist top-up, on the price or on price and long stay, where the spell names a service.
        5. Times the provider's market forces factor, last. All of it is exact, and is rounded once.

        These are faults of the row: an admission method of neither kind; no age where it decides whether a stay is
        short; a group, specialised service or provider that its list does not name; a group whose list gives a
        long-stay price without a trim point, or the reverse, where a night was stayed. Nothing is guessed.

    Example
        A non-elective stay of 40 days, £2,000, trim point 30, £250 a day, top-up 15% on the price, factor 1.061204:
        (£2,000 × 1.15 + 10 × £250) × 1.061204 = £5,093.7792, which is £5,093.78.

        >>> from fractions import Fraction
        >>> (200_000 * Fraction("1.15") + (40 - 30) * 25_000) * Fraction("1.061204")  # pence
        Fraction(12734448, 25)

    Source
        Payment by Results and National Tariff guidance, to 2020/21; NHS Payment Scheme 2025/26, whose non-elective
        prices are guide prices; NHS Data Dictionary, admission method and patient classification.
    """

    prices: PriceList[AdmittedPrices] = parameter("The admitted-care price list, keyed by healthcare resource group.")
    market_forces_factor: PriceList[Factors] | None = parameter(
        "The list of market forces factors by provider; none if these prices are paid without one.", default=None
    )
    specialist_top_ups: PriceList[SpecialistTopUps] | None = parameter(
        "The list of top-ups by specialised service; none if there are no top-ups.", default=None
    )
    top_up_on: TopUpOn | None = parameter(
        "What the top-up is a share of: the price, or price and long stay. It must be said where there are top-ups.",
        default=None,
    )
    where: dict[str, tuple[str, ...]] = parameter(
        "Which spells are paid for: for each code column, the codes that count.", default={}
    )
    patient_classes: tuple[str, ...] = parameter(
        "The patient classes that are paid by the spell; regular day and night attenders (3, 4) are not.",
        default=("1", "2", "5"),
    )
    elective_methods: tuple[str, ...] = parameter(
        "The admission methods that are elective.", default=("11", "12", "13")
    )
    non_elective_methods: tuple[str, ...] = parameter(
        "The admission methods that are non-elective.",
        default=("21", "22", "23", "24", "25", "28", "2A", "2B", "2C", "2D", "31", "32", "81", "82", "83"),
    )
    short_stay_from_age: Count = parameter(
        "The youngest age at which a stay can be short.", default=19, at_least=0, unit="years"
    )
    short_stay_up_to: Count = parameter("The longest stay that is short.", default=1, at_least=0, unit="days")
    agreed_locally: bool = parameter(
        "Whether the parties have agreed to pay these prices although the list is a guide and no unit prices.",
        default=False,
    )

    @hookimpl
    def payment_currency(self, activity: Activity, contract: Contract) -> Iterator[Units]:
        """Claim each spell, at its price."""
        spells = activity.spells
        short, short_is_decided = self._short_stay(spells)
        price, trim_is_decided = self._price(spells, short)
        exact, service_is_known = self._topped_up(spells, price, self._long_stay(spells))
        on_the_list = self.prices.names(on=spells.discharged, code=spells.hrg)
        method_is_known = spells.admission_method.is_in((*self.elective_methods, *self.non_elective_methods))
        yield Priced(
            spells,
            unit="spell",
            where=spells.patient_class.is_in(self.patient_classes) & spells.where(self.where),
            amount=as_money(exact, self.market_forces_factor, spells),
            named=on_the_list.named("the price list names the group")
            & method_is_known.named("the admission method is elective or non-elective")
            & short_is_decided.named("age, and the list's mark of short stays, are given where they decide")
            & trim_is_decided.named("the list gives both trim point and long-stay price, or neither")
            & service_is_known.named("the list of top-ups names the specialised service")
            & factor_is_known(self.market_forces_factor, spells),
            reason="spells at their price",
        )

    def _of_list(self, spells: Any, column: str) -> Any:
        return self.prices.find(column, on=spells.discharged, code=spells.hrg).named(column.replace("_", " "))

    def _short_stay(self, spells: Any) -> tuple[Flag, Flag]:
        """Whether the reduced short-stay price holds, and whether that can be told."""
        marked: Maybe[Flag] = self._of_list(spells, "short_stay_applies")
        age: Maybe[Count] = spells.age_years
        brief = spells.admission_method.starts_with("2") & (spells.length_of_stay_days <= self.short_stay_up_to)
        short = brief & marked.is_yes() & age.map(lambda years: years >= self.short_stay_from_age).is_yes()
        unmarked = marked.is_no() | (marked.is_missing() & self._of_list(spells, "short_stay").is_missing())
        return short.named("short emergency stay"), ~brief | unmarked | (marked.is_yes() & age.is_given())

    def _price(self, spells: Any, short: Flag) -> tuple[Maybe[Price], Flag]:
        """The price of the spell's setting, and whether the list says beside it what a long stay is."""
        day_case = (spells.patient_class == "2") & (spells.length_of_stay_days == 0)
        elective = spells.admission_method.is_in(self.elective_methods)
        settings = [self._of_list(spells, name) for name in ("short_stay", "day_case", "elective", "non_elective")]
        price = joined(
            lambda shortest, day, ordinary, other: when(
                short, shortest, when(day_case, day, when(elective, ordinary, other))
            ),
            *settings,
        ).named("price of the setting")
        both_or_neither = self._trim(spells).is_given() == self._of_list(spells, "long_stay_day").is_given()
        return price, price.is_missing() | (spells.length_of_stay_days == 0) | both_or_neither

    def _trim(self, spells: Any) -> Maybe[Count]:
        elective = spells.admission_method.is_in(self.elective_methods)
        of_setting = (self._of_list(spells, "trim_elective_days"), self._of_list(spells, "trim_non_elective_days"))
        return joined(lambda planned, other: when(elective, planned, other), *of_setting).named("trim point")

    def _long_stay(self, spells: Any) -> Price:
        """The days above the trim point at their price; none where the list gives neither."""
        above: Maybe[Count] = self._trim(spells).map(lambda trim: (spells.length_of_stay_days - trim).at_least(0))
        each_day: Maybe[Price] = self._of_list(spells, "long_stay_day")
        return each_day.or_else(0).times(above.or_else(0).named("days above the trim point")).named("long stay")

    def _topped_up(self, spells: Any, price: Maybe[Price], long_stay: Price) -> tuple[Maybe[Price], Flag]:
        """Price and long stay with the specialist top-up, and whether the list names the spell's service."""
        if self.specialist_top_ups is None:
            return price.map(lambda paid: paid + long_stay), spells.every
        if self.top_up_on is None:
            write = 'top_up_on = "price" or "price and long stay"'
            raise RuleError("say what a specialist top-up is a share of", about="specialist_top_ups", write=write)
        service: Maybe[Code] = spells.specialised_service
        match = {"on": spells.discharged, "code": service.or_else("")}
        listed: Maybe[Rate] = self.specialist_top_ups.find("top_up", **match)
        top_up = listed.map(lambda rate: when(service.is_given(), rate)).named("specialist top-up")
        known = service.is_missing() | self.specialist_top_ups.names(**match)
        if self.top_up_on is TopUpOn.PRICE:
            return joined(lambda paid, rate: paid * (1 + rate) + long_stay, price, top_up), known
        return joined(lambda paid, rate: (paid + long_stay) * (1 + rate), price, top_up), known
