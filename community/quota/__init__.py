"""How much and how often: buckets of cost per actor, limits on attempts, shared between all processes."""
