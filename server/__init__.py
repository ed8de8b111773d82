"""Issues invoices: the gRPC server and everything inside it."""
