"""The report as one HTML file. (A stub: another clone has the whole of it.)"""

from __future__ import annotations

from html import escape as escape_html

from harness.campaign.gather import Report
from harness.report.findings import finding_text


def render(report: Report) -> str:
    """The findings, and nothing else."""
    return "".join(f"<pre>{escape_html(finding_text(found))}</pre>\n" for found in report.findings)
