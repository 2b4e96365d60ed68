"""An emulator of Banq, the custody wallet."""
