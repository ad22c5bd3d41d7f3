"""Measures what the house promises, each figure beside its target: `make bench`, or `make bench ONLY=foundation`.

Times are ratios to a bare page taken in the same run, turn by turn; nothing is a race against a clock on the wall. Runs
on DATABASE_URL when set, each section in a database of its own that is made and dropped.
"""
