"""What both processes do alike while they run: logs, traces, measures, open files.

Server and gateway know it, and it knows neither: they meet in the contract alone.
"""
