"""Hashtag campaigns: posts that enter by themselves, review, budget, rewards, leaderboard, a draw anyone can verify."""
