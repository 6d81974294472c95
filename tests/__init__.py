"""OpsSight's tests: sentences about what it does."""
