"""Campaigns, entries, leaderboards and draws in the graph."""
