"""Messages: what parties say to each other, one value for each kind; no field for what a flight is
for."""
