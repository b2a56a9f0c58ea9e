"""Who asks: tokens, the keys they are signed with, and the issuer for development."""
