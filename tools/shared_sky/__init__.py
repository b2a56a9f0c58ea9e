"""The example of a shared sky, file by file."""
