"""The way in: collectors, receivers and derivations, and all that keeps them polite, safe and repeatable."""

from datasource_server.ingest.clock import Clock
from datasource_server.ingest.collect import Progress
from datasource_server.ingest.ingest import Ingest
from datasource_server.ingest.options import IngestOptions
from datasource_server.ingest.receive import Received
from datasource_server.ingest.replay import Replayed

__all__ = ["Clock", "Ingest", "IngestOptions", "Progress", "Received", "Replayed"]
