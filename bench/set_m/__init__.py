"""Set M: a company of 150 projects over two years, made from a seed, loaded through the store's own door and asked."""
