"""The figures: read-only SQL over the accounts, shares and savings as docs/measures.md defines them."""

from outbound.reports.figures import Figure, Letters, Money
from outbound.reports.local import Local, local_of
from outbound.reports.reading import By, Period, Standing, figures, standing, total
from outbound.reports.reminders import Reminders, reminders_of, together
from outbound.reports.report import CHANNELS, Line, Report, percent, report, router_share, table

__all__ = [
    "CHANNELS",
    "By",
    "Figure",
    "Letters",
    "Line",
    "Local",
    "Money",
    "Period",
    "Reminders",
    "Report",
    "Standing",
    "figures",
    "local_of",
    "percent",
    "reminders_of",
    "report",
    "router_share",
    "standing",
    "table",
    "together",
    "total",
]
