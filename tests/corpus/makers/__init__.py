"""Makes mail and keys with the programs of others, for tests/corpus and assets/demo."""
