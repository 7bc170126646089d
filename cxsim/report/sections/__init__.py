"""The sections of the report: each file turns evidence into the words, tables and figures of one of them."""
