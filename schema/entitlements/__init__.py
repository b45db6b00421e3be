"""Entitlements in the graph: the catalogue of features, what members may use and why, unlocking, gifts, snapshots."""
