"""References in one SQLite file: one writer that groups commits, readers that never stop it."""
