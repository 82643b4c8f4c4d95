# SPDX-License-Identifier: Apache-2.0
"""A terminal that shows one page after the other, and reads keys without the return key.

Where there is no terminal, nobody presses keys, and waiting is all that is left.
"""

import os
import select
import termios
from types import TracebackType
from typing import Any, Final, Self, TextIO

# Lines that are too long end at the edge: one that went on below would move all others.
_ENTER: Final = "\x1b[?1049h\x1b[?25l\x1b[?7l"
_LEAVE: Final = "\x1b[?7h\x1b[?25h\x1b[?1049l"
_HOME: Final = "\x1b[H"
_END_OF_LINE: Final = "\x1b[K"
_BELOW: Final = "\x1b[J"


class Terminal:
    """As a context it takes the screen, and gives it back as it was, whatever happens."""

    def __init__(self, keys: TextIO, out: TextIO) -> None:
        """Take where keys come from and where pages go; nothing is changed yet."""
        self._out = out
        self._file = keys.fileno() if keys.isatty() and out.isatty() else -1
        self._before: list[Any] = []

    @property
    def there(self) -> bool:
        """Whether somebody looks at it and presses keys."""
        return self._file >= 0

    def __enter__(self) -> Self:
        if self.there:
            self._before = termios.tcgetattr(self._file)
            changed = termios.tcgetattr(self._file)
            changed[3] &= ~(termios.ICANON | termios.ECHO)
            termios.tcsetattr(self._file, termios.TCSADRAIN, changed)
            self._out.write(_ENTER)
            self._out.flush()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.there:
            self._out.write(_LEAVE)
            self._out.flush()
            termios.tcsetattr(self._file, termios.TCSADRAIN, self._before)

    def show(self, page: str) -> None:
        """Show a page in place of the one before, without flicker; its beginning if it is long."""
        every = page.splitlines()
        room = self._lines() - 1  # The last line stays free, since each line ends with a new one.
        if 1 < room < len(every):
            every = [*every[: room - 1], f"... {len(every) - room + 1} more lines"]
        lines = "".join(f"{line}{_END_OF_LINE}\n" for line in every)
        self._out.write(f"{_HOME}{lines}{_BELOW}")
        self._out.flush()

    def _lines(self) -> int:
        """Give how many lines there are now, 0 where that is not known."""
        try:
            return os.get_terminal_size(self._out.fileno()).lines
        except OSError:
            return 0

    def key(self, seconds: float) -> str:
        """Wait for a key; give it, or empty text when the time is over."""
        ready, _, _ = select.select([self._file] if self.there else [], [], [], seconds)
        return os.read(self._file, 1).decode("ascii", "replace") if ready else ""
