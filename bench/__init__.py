"""How long things take, and what they cost. Nothing here is asserted; the tests do that."""
