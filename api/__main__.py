"""`python -m api` is the command `hourglass`."""

import gc

# Loading makes little that is ever let go: looking for it costs a tenth of the start.
gc.disable()

from api.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
