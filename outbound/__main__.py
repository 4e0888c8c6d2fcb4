"""`python -m outbound` is the `outbound` command."""

from outbound.cli import main

main()
