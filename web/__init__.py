"""The side server: the link page for members, the webhook receiver for Banq, and a health check."""
