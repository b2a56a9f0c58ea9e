"""Peering: what servers of different parties exchange, and how each keeps track of it."""
