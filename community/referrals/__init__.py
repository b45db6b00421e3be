"""Who brought whom: links, clicks, attribution, qualification, rewards for both sides, doubtful cases."""
