"""The sections of a forecast's page: each has a title and writes its HTML, nothing where it has nothing to say."""
