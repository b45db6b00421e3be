"""What is counted of a post or a comment, apart from each kind of reaction."""

COMMENTS = "comments"
"""How many comments stand below a post, on all levels; how many direct replies stand below a comment."""
