"""`python -m openline` is the command `openline`."""

from openline.cli.main import main

if __name__ == "__main__":
    main()
