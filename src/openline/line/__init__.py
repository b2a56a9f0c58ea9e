"""What parties agree, say to each other, and keep: domain code, no input or output."""
