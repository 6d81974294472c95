"""What an operator may tune about the way in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """Limits of the way in; the defaults suit a forge with some hundred repositories.

    `total_seconds` bounds one request with its body, `patience_seconds` all waits for one request: a longer one makes
    the scope come back later. `budget_floor` requests are left to people; of a small budget, a tenth.
    `longest_pause_seconds` is the most that a failing scope backs off.
    """

    connect_seconds: float = 5
    read_seconds: float = 30
    total_seconds: float = 60
    max_answer_bytes: int = 50_000_000
    attempts: int = 6
    patience_seconds: float = 90
    first_wait_seconds: float = 0.5
    budget_floor: int = 100
    per_host: int = 8
    scopes_at_once: int = 4
    etag_bytes: int = 64_000_000
    longest_pause_seconds: float = 3600
    max_body_bytes: int = 25_000_000
    in_flight_bytes: int = 64_000_000
    debounce_seconds: float = 1
    proxy: str = ""
