"""Levels: relations and computed fields declared once for a whole list of parents."""
