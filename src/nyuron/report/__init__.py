"""Pictures and pages from a finished run. Renders what is in the run's folder; never runs a network."""

from nyuron.report._page import write_report

__all__ = ["write_report"]
