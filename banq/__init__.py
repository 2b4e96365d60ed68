"""Banq's API: a pure protocol, a thin client around it, and the webhooks it sends."""
