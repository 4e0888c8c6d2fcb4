"""Starts and supervises what the router runs on and consists of: behind `demo`, `up` and the tests.

`processes` keeps processes running, `redis` and `postgres` start real servers without root and without an
installation, and `up` puts the whole router on its feet in one folder.
"""
