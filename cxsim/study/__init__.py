"""Studies: what happens if, by how much, and how sure."""
