"""The decisions of content, pure: who may see what of it, what a body means, what a file really is."""
