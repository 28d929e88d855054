"""tools/bench/compare: measures Assay and its peers in alternation, and prints one table. Start with __main__.py."""
