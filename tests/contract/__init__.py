"""What every store must do: one suite, every backend."""
