"""The errors of OpsSight, sorted by who must act.

OpsSightError
├── ConfigError      the operator: a setting, a secret or a file is missing or wrong
├── PluginError      the author of a plugin: it breaks a rule of the SDK
├── QueryError       the caller: an unknown query, a bad parameter            HTTP 400
│   ├── NotFound     the caller: no such connector, query or row              HTTP 404
│   ├── Unauthorised the caller: no valid token or identity                   HTTP 401
│   └── Forbidden    the caller: known, but this needs another role           HTTP 403
├── Rejected         the sender of a delivery: not signed, or too large       HTTP 401, 413
├── Unparsable       nobody yet: a signed delivery that can't be understood is kept for later
├── TooSlow          nobody: the query took longer than its time limit        HTTP 504
├── Overloaded       nobody: try again in a moment                            HTTP 503
└── UpstreamError    nobody: the tool did not answer as it should; OpsSight tries again
"""

from __future__ import annotations


class OpsSightError(Exception):
    """Whatever OpsSight raises on purpose; `status` is the HTTP status it becomes."""

    status = 500


class ConfigError(OpsSightError):
    """A setting is missing or wrong; the message names it, what was found and what was expected."""


class PluginError(OpsSightError):
    """A plugin breaks a rule of the SDK; the message names the plugin and the rule."""


class QueryError(OpsSightError):
    """The caller asked for something that can't be answered as asked."""

    status = 400


class NotFound(QueryError):
    """No such connector, query, receiver or action."""

    status = 404


class Unauthorised(QueryError):
    """No valid token, or nobody known behind the request."""

    status = 401


class Forbidden(QueryError):
    """The caller is known but has not the role that this needs."""

    status = 403


class Rejected(OpsSightError):
    """A delivery was refused before it was read: its signature, its age or its size is wrong."""

    def __init__(self, message: str, *, status: int = 401) -> None:
        super().__init__(message)
        self.status = status


class Unparsable(OpsSightError):
    """A signed delivery can't be understood; it is kept, quarantined and read again later."""


class TooSlow(OpsSightError):
    """A query was stopped at its time limit."""

    status = 504


class Overloaded(OpsSightError):
    """There is no room for more work right now; `retry_after_seconds` says when to come back."""

    status = 503

    def __init__(self, message: str, *, retry_after_seconds: int = 1) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class UpstreamError(OpsSightError):
    """A tool did not answer as it should; `upstream_status` is its HTTP status, 0 where there was none."""

    status = 502

    def __init__(self, message: str, *, upstream_status: int = 0) -> None:
        super().__init__(message)
        self.upstream_status = upstream_status
