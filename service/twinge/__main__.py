"""`python -m twinge`."""

from twinge.cli import main

main()
