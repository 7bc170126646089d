"""The science: one mechanism a file, each a pure scalar function with its equation, source and neutral value."""
