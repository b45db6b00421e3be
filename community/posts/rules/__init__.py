"""The decisions of posts, pure: what a text may be, what its Markdown means, who may do what with it."""
