"""Numbers over millions of contacts: a whole recompute and one changed day, beside DuckDB over the same rows."""
