"""Pure values and rules of invoicing: no I/O, no clock, no third-party import."""
