"""The command line: `opssight serve`, `opssight demo`, and what an operator asks of a running server."""

from __future__ import annotations

import os
import sys

import httpx

from datasource_server.cli.commands import app
from datasource_server.cli.of_connectors import add_connectors
from datasource_server.sdk import ConfigError, OpsSightError, QueryError

__all__ = ["app", "main"]


def main() -> None:
    """Run the command; what goes wrong is one line on stderr, with exit code 2 where the operator must act."""
    try:
        add_connectors(app, sys.argv[1:])
        app()
    except (ConfigError, QueryError) as problem:
        _leave(str(problem), 2)
    except OpsSightError as problem:
        _leave(str(problem), 1)
    except httpx.HTTPError as problem:
        _leave(f"the server did not answer as it should: {str(problem) or type(problem).__name__}", 1)
    except KeyboardInterrupt:
        _leave("stopped", 130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _leave(text: str, code: int) -> None:
    print(f"opssight: {text}", file=sys.stderr)
    sys.exit(code)
