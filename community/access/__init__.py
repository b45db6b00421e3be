"""Who is calling and what they may do: accounts, sessions, tokens, API keys, roles."""
