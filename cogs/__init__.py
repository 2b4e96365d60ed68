"""The Discord edge: thin commands that defer, call one service, and show what came of it."""
