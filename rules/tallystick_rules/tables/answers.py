"""What patients answered, kept from the provider that treated them: it is shown grouped figures only."""

from __future__ import annotations

from tallystick.kernel.language.series import Code, Day, Flag, Maybe
from tallystick.kernel.tables import Table, column, table


@table("answers", key="answer", unique=(("spell", "question"),), confidential_to=("provider",))
class Answers(Table):
    """Patients' answers: one row for each question answered, or sent and left open, about one spell."""

    answer: Code = column("What names the row.", aliases=("answer_id", "response_id"))
    spell: Code = column("The spell that the answer is about.", aliases=("hospital_provider_spell_identifier",))
    question: Code = column("Which question was asked.", aliases=("question_code", "question_id"))
    answered_on: Day = column("Day on which the answer was given.", aliases=("answer_date", "response_date"))
    satisfied: Maybe[Flag] = column("Yes or no; missing if the patient did not say, which is neither.")
