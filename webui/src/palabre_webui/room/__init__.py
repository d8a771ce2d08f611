"""The room's door: Socket.IO in the namespace ``/room`` (docs/protocol.md).

A message comes to ``door``, which knows whose connection it is and answers it. What happens in a room is done by
``palabre.rooms`` in one transaction; its events go out through ``hall`` and ``audience``, in the journal's order, to
every socket here. Other processes hear of it by ``bus``, and in any case by following the journal (``upkeep``).
``media`` stands between browsers and the media engine.
"""

#: Socket.IO namespace of the door.
NAMESPACE = "/room"
