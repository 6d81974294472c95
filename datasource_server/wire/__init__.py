"""Results to and from Grafana: pure functions between bytes, without any reading or writing of the world."""
