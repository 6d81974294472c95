"""HTTP: parse, call, encode; nothing else."""
