"""What Grafana and its Infinity data source make of the answers: their rules, applied without them."""
