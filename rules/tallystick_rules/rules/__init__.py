"""The national rules, one payment mechanism a file; what several of them share is in modules with an underscore.

To add a rule: one line that imports it, and one entry below.
"""

from __future__ import annotations

from tallystick.kernel.rules import Rule
from tallystick_rules.rules.access_satisfaction import AccessSatisfaction
from tallystick_rules.rules.admitted_spell import AdmittedSpell
from tallystick_rules.rules.aligned_payment_and_incentive import AlignedPaymentAndIncentive
from tallystick_rules.rules.avoidable_activity import AvoidableActivity
from tallystick_rules.rules.best_practice_tariff import BestPracticeTariff
from tallystick_rules.rules.blended_payment import BlendedPayment
from tallystick_rules.rules.block import Block
from tallystick_rules.rules.capitation import Capitation
from tallystick_rules.rules.challenges import Challenges
from tallystick_rules.rules.discharge_cost_transfer import DischargeCostTransfer
from tallystick_rules.rules.gain_loss_share import GainLossShare
from tallystick_rules.rules.incentive_taper import IncentiveTaper
from tallystick_rules.rules.marginal_rate import MarginalRate
from tallystick_rules.rules.outcomes_payment import OutcomesPayment
from tallystick_rules.rules.patient_experience import PatientExperience
from tallystick_rules.rules.payment_limit import PaymentLimit
from tallystick_rules.rules.pooled_budget import PooledBudget
from tallystick_rules.rules.prepaid_incentive import PrepaidIncentive
from tallystick_rules.rules.pupil_premium import PupilPremium
from tallystick_rules.rules.pupil_premium_fund import PupilPremiumFund
from tallystick_rules.rules.quality_points import QualityPoints
from tallystick_rules.rules.recipe import Recipe
from tallystick_rules.rules.segment_budget import SegmentBudget
from tallystick_rules.rules.shared_savings import SharedSavings
from tallystick_rules.rules.simple_incentive import SimpleIncentive
from tallystick_rules.rules.subcontract import Subcontract
from tallystick_rules.rules.unit_price import UnitPrice
from tallystick_rules.rules.value_exchange import ValueExchange
from tallystick_rules.rules.year_of_care import YearOfCare

RULES: tuple[type[Rule], ...] = (
    AccessSatisfaction,
    AdmittedSpell,
    AlignedPaymentAndIncentive,
    AvoidableActivity,
    BestPracticeTariff,
    BlendedPayment,
    Block,
    Capitation,
    Challenges,
    DischargeCostTransfer,
    GainLossShare,
    IncentiveTaper,
    MarginalRate,
    OutcomesPayment,
    PatientExperience,
    PaymentLimit,
    PooledBudget,
    PrepaidIncentive,
    PupilPremium,
    PupilPremiumFund,
    QualityPoints,
    Recipe,
    SegmentBudget,
    SharedSavings,
    SimpleIncentive,
    Subcontract,
    UnitPrice,
    ValueExchange,
    YearOfCare,
)
"""Every national rule, by name."""
