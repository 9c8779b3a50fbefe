"""A workbench child with operations made for tests: it counts, prints, fails and dies on demand."""
