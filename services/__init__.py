"""The rules. Imports no chat library and no web library; outcomes are values, consumed with `match`."""
