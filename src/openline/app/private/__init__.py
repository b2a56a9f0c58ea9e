"""The use cases of private checks."""
