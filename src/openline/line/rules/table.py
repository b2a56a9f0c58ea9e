"""Every rule by its kind, and every item of the agenda by the first part of its name."""

from typing import Final

from openline.line.message.kind import Kind
from openline.line.rules import (
    agenda,
    answers,
    authorities,
    checks,
    claims,
    closures,
    findings,
    notices,
    proposals,
    receipts,
    urgent,
    watch,
)
from openline.line.rules.rule import Agenda, Rule

RULES: Final[dict[Kind, Rule]] = {
    **dict.fromkeys(Kind, Rule()),
    **notices.RULES,
    **receipts.RULES,
    **answers.RULES,
    **urgent.RULES,
    **closures.RULES,
    **claims.RULES,
    **authorities.RULES,
    **watch.RULES,
    **checks.RULES,
    **proposals.RULES,
    **findings.RULES,
    Kind.AMEND: proposals.also(notices.RULES[Kind.AMEND], proposals.amended),
}
AGENDA: Final[Agenda] = agenda.AGENDA
