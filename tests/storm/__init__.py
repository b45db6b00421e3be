"""Thousands of callers who hang up or run out of time, and the books that must balance afterwards."""
