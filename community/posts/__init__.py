"""What members write: posts, comments, reactions, hashtags, feeds, search."""
