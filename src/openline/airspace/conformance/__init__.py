"""Whether the observed sky is the declared one: inside the volumes, in time, and who is not."""
