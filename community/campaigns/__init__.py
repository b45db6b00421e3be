"""Hashtag campaigns: who may enter how, entries and their review, rewards within a budget, verifiable draws."""
