"""OpsSight in a real Grafana, looked at with a real browser."""
