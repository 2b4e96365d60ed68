"""The database: its schema, its connections, and one module of plain SQL per table group."""
