"""Where references are kept: one port, several backends behind it."""
