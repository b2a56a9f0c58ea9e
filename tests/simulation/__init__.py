"""Use cases of the server under a network that loses, doubles, delays and reorders, by seed."""
