"""The private check: whether plans would meet, found out without showing them. Domain code."""
