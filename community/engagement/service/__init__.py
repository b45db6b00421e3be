"""The verbs of engagement: record what members do, reduce and undo it, visit, report, try out, publish, keep views."""

from community.engagement.service.assessing import Recording
from community.engagement.service.gates import lapse_due
from community.engagement.service.participants import TURNS
from community.engagement.service.publishing import publish
from community.engagement.service.recording import record, record_all
from community.engagement.service.reducing import reduce
from community.engagement.service.reporting import Report, ReportAnswer, report
from community.engagement.service.scoring import follow_time_zone, reconcile
from community.engagement.service.trying import Verdict, dry_run, supposed
from community.engagement.service.undoing import Undone, undo, undo_next_about, withdraw
from community.engagement.service.views import Showing, keep_views, report_view
from community.engagement.service.visiting import visit

__all__ = [
    "TURNS",
    "Recording",
    "Report",
    "ReportAnswer",
    "Showing",
    "Undone",
    "Verdict",
    "dry_run",
    "follow_time_zone",
    "keep_views",
    "lapse_due",
    "publish",
    "reconcile",
    "record",
    "record_all",
    "reduce",
    "report",
    "report_view",
    "supposed",
    "undo",
    "undo_next_about",
    "visit",
    "withdraw",
]
