"""References in PostgreSQL: the same store for many server processes at once."""
