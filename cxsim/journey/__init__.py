"""The journey graph: expressions, compiled tables, checks and layout."""
