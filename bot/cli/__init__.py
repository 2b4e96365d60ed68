"""The commands of `banqbot`, by what they are about. What each one does is imported once it is run."""
