"""The decisions of campaigns, pure: what a plan may say, what a post is to a campaign, who enters, who wins."""
