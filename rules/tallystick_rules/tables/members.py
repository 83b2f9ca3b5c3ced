"""The organisations behind one contract: subcontractors of a lead, or partners who share."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Maybe, Rate
from tallystick.kernel.tables import Table, column, table
from tallystick_rules.tables import _names


@table("members", key="member_row", unique=(("contract", "member"),))
class Members(Table):
    """Members of contracts: one row for each organisation in each contract."""

    member_row: Code = column("What names the row.", aliases=("row_id",))
    contract: Code = column("The contract that the organisation is a member of.", aliases=_names.CONTRACT)
    member: Code = column("Organisation code of the member.", aliases=("member_code", "organisation_code"))
    share: Maybe[Rate] = column("Its agreed share; missing where it is shared by other weights.", at_least=0, at_most=1)
