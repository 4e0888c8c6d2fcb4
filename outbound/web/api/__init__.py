"""The API for specialist systems, `/v1`."""
