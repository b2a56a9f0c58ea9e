"""What a discovery service does on each F3548 request, one use case per file."""
