"""What a plugin's web side imports; nothing else of ``palabre_webui`` is for plugins."""

from palabre_webui.declared import permission
from palabre_webui.modules import ROOM_API_VERSION, HelpQuestion, HelpSection, MenuItem, RoomModule

__all__ = ["ROOM_API_VERSION", "HelpQuestion", "HelpSection", "MenuItem", "RoomModule", "permission"]
