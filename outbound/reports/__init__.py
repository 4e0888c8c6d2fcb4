"""The figures: read-only SQL over the accounts, shares and savings as docs/measures.md defines them."""

from outbound.reports.figures import Figure, Letters, Money
from outbound.reports.reading import By, Period, Standing, figures, standing, total
from outbound.reports.report import CHANNELS, Line, Report, percent, report, table

__all__ = [
    "CHANNELS",
    "By",
    "Figure",
    "Letters",
    "Line",
    "Money",
    "Period",
    "Report",
    "Standing",
    "figures",
    "percent",
    "report",
    "standing",
    "table",
    "total",
]
