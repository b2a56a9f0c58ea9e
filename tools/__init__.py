"""Programs for those who build Openline."""
