"""The decisions of posts, pure: what a text may be, what its Markdown means, what finds it, who may do what with it."""
