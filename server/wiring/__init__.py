"""The only place that chooses and joins parts.

Nothing is brought together here: processes that work on chunks start in half the time without what
only servers need.
"""
