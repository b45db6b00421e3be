"""Words with no domain meaning: errors, ids, pages, clock, text, messages, facts, words."""
