"""The program: command line, configuration, and the wiring of everything below it."""
