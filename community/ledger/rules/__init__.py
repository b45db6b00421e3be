"""Decisions about amounts, lots, expiry and the chain of entries: pure, a file for each."""
