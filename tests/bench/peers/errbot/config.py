"""The settings of the errbot of the comparison: our room as its chat, its commands carried out in order."""
import os
from pathlib import Path

_here = Path(__file__).resolve().parent
BACKEND = "ParleyRoom"
BOT_EXTRA_BACKEND_DIR = str(_here / "backend")
BOT_EXTRA_PLUGIN_DIR = str(_here / "plugin")
BOT_DATA_DIR = os.environ["PEER_FOLDER"]
BOT_LOG_FILE = os.path.join(BOT_DATA_DIR, "errbot.log")
BOT_LOG_LEVEL = 40
BOT_PREFIX = "/"
BOT_ASYNC = False
BOT_ADMINS = ("nobody",)
BOT_IDENTITY = {"username": "parley"}
CORE_PLUGINS = ("ACLs", "Plugins")
AUTOINSTALL_DEPS = False
SUPPRESS_CMD_NOT_FOUND = True
STORAGE = "Memory"
