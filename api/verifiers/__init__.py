"""Checks of what was published, each a file of its own that needs nothing but Python: copy it and trust nobody."""
