"""What answers the webhook: banqbot, beside what it could have been; each in a process of its own."""
