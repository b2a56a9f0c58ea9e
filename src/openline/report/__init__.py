"""The report: one self-contained page about the conflicts that were found."""

from openline.report.page import render_report

__all__ = ["render_report"]
