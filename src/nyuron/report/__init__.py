"""Pictures and pages from a finished run. Renders what is in the run's folder; never runs a network."""

from nyuron.report._page import write_report
from nyuron.report._run_page import view_run
from nyuron.report._search_page import write_search_report

__all__ = ["view_run", "write_report", "write_search_report"]
