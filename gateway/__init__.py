"""Speaks REST to clients and gRPC to the server, and holds the command line."""
