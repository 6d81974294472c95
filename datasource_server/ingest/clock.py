"""Clock: what time it is and how to wait; tests bring their own."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime


class Clock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
