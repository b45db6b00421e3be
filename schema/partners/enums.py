"""The words of partners, as the graph shows them."""

from community.partners.rules.exports import Format
from community.partners.rules.words import CauseKind, LineKind, LineStatus, StatementStatus, Status
from schema.enums import graph_enum

graph_enum(Status, "How a partner stands.", name="PartnerStatus")
graph_enum(LineKind, "What a line of commission is.", name="CommissionLineKind")
graph_enum(CauseKind, "What a line of commission comes from.", name="CommissionCause")
graph_enum(LineStatus, "How far a line of commission has come.", name="CommissionStatus")
graph_enum(StatementStatus, "How far a statement has come.", name="CommissionStatementStatus")
graph_enum(Format, "How lines of commission are written down.", name="StatementFormat")
