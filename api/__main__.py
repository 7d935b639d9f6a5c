"""`python -m gradproof` is the command line."""

from gradproof.reports.cli import main

if __name__ == "__main__":
    main()
