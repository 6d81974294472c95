"""Real local servers that behave as the tools OpsSight speaks to, faults included."""
