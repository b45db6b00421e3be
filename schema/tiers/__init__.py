"""Tiers in the graph: the ladder, where members stand and why, and what staff decide about it."""
