"""The discovery service of ASTM F3548-21 over HTTP."""
