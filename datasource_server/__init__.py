"""OpsSight's server: collects delivery data, keeps it in DuckDB and answers Grafana."""
