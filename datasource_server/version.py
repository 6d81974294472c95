"""The version of what is installed."""

from __future__ import annotations

from importlib import metadata


def _installed() -> str:
    try:
        return metadata.version("opssight")
    except metadata.PackageNotFoundError:  # run from a copy that was not installed
        return "0"


VERSION = _installed()
