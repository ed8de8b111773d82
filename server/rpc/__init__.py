"""The gRPC door: translates between messages and values, and calls one use case a method."""
