"""`python -m fmteach` is the command `fmteach`."""

from fmteach.cli import main

main()
