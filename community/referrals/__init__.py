"""Referrals: links and codes, clicks, attribution, qualification, rewards for both sides, fraud review."""
