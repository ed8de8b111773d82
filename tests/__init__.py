"""Proves what the service promises; one folder for each tier."""
