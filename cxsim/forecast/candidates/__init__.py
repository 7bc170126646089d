"""The models that can forecast a history, one a file."""
