"""Use cases: what the command, the library and the service do, one per file."""
