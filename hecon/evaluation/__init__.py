"""Decision analysis: which strategy is worth its cost, and how sure we are."""
