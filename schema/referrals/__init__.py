"""Referrals in the graph: links, friends, stages, the review queue, why somebody counts as brought by somebody."""
