"""The store: what is written stays, what is read is bounded."""
