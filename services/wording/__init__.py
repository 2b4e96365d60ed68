"""Every sentence that the bot says in chat. Calm, short, true: what happened, what it means, what to do next.

The edges hand in their Markup, so that a sentence is written once and foreign text is always escaped.
"""
