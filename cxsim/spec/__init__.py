"""The frozen, validated description of a world: what a YAML file may say, with every rule it must keep."""
