"""`python -m detente` is `detente`."""

from detente.cli.app import main

main()
