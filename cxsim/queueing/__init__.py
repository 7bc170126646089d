"""Service desks with waiting (Erlang A) and back offices with a backlog."""
