"""A broker without a server: messages are files in one folder, and a message appears there whole or not at all.

kombu's own file transport writes a message under its final name, so that a reader may find half of it and the worker
ends. Here it is written under a hidden name and renamed.
"""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.encoding import str_to_bytes
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """This will make the folders first: two processes that start at once must both find them."""
        super().__init__(*args, **kwargs)
        for folder in (self.data_folder_in, self.data_folder_out, self.control_folder):
            Path(folder).mkdir(parents=True, exist_ok=True)

    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        """This will lay the message into the folder in one step. Raises OSError when the disk does not take it."""
        name = f"{round(time.monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"
        folder = Path(self.data_folder_out)
        hidden = folder / f".{name}.part"
        hidden.write_bytes(str_to_bytes(dumps(payload)))
        os.replace(hidden, folder / name)


class Transport(filesystem.Transport):
    Channel = Channel
