"""What happened, in order: facts, the relay to their hearers, and the replayable feed."""
