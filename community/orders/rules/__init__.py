"""Decisions about orders: what can be recorded, what a refund comes to."""
