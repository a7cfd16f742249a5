"""`python -m mturk_local` is `mturk-local`."""

import os
import subprocess
import sys

from ._binary import find_binary

command = [find_binary(), *sys.argv[1:]]
if os.name == "nt":
    sys.exit(subprocess.run(command, check=False).returncode)
os.execv(command[0], command)
