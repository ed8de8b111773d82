"""What both processes do alike: settings they share, logs, traces, measures, memory, open files.

Server and gateway know it, and it knows neither: they meet in the contract alone.
"""
