"""The closed lists of words; a tool's own word maps to the nearest one and is kept in another column."""

from __future__ import annotations

from typing import Literal

Status = Literal["queued", "running", "success", "failure", "cancelled", "skipped"]
Tier = Literal["production", "staging", "testing", "development", "other"]
TestStatus = Literal["passed", "failed", "error", "skipped"]
Severity = Literal["critical", "high", "medium", "low", "unknown"]
IncidentState = Literal["open", "acknowledged", "resolved"]
