"""Repeatable measurements; each prints `ratio <name> <number>` or `figure <name> <number> <unit>`, one a line."""
