"""The web process: the API for specialist systems and the pages for people."""
