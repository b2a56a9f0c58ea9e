"""Every rule by its kind, and every item of the agenda by the first part of its name."""

from typing import Final

from openline.line.message.kind import Kind
from openline.line.rules import agenda, notices, receipts
from openline.line.rules.rule import Agenda, Rule

RULES: Final[dict[Kind, Rule]] = {
    **dict.fromkeys(Kind, Rule()),
    **notices.RULES,
    **receipts.RULES,
}
AGENDA: Final[Agenda] = agenda.AGENDA
