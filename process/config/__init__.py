"""What both processes read alike of the environment: how variables are read, and what they tell of.

Neither file looks at the environment itself: each process hands in its own.
"""
