"""The only place that chooses and joins parts.

Nothing is brought together here: processes that work on chunks start sooner without what only
servers need.
"""
