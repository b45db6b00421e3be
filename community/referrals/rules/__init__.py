"""Decisions about links, clicks, who brought whom, and whether that is honest."""
