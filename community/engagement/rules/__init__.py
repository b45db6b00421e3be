"""Decisions about earning: the programme's rules, the time they count in, what an activity earns and why not."""
