"""What members do and what it earns: activities, earning rules, limits, views, leaderboards."""
