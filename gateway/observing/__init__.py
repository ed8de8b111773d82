"""What the gateway tells of its requests while it runs: log lines, measures and spans."""
