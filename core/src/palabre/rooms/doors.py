"""What every door into a room does around an act: rate first, one transaction, the plugins told after it.

The web's sockets, the phone, a command and a test's virtual participant all come through here.
"""

from __future__ import annotations

from palabre.db import Database
from palabre.rooms.announce import announce
from palabre.rooms.perform import Performed, perform
from palabre.rooms.rooms import Rooms


def do_act(
    db: Database,
    rooms: Rooms,
    *,
    participant: str,
    act: object,
    act_id: object,
    payload: object,
    from_media: bool = False,
) -> Performed:
    """Do an act for a participant in a transaction of its own. Call it in the tenant's scope.

    A flood is refused before the database hears of it.

    :param from_media: the media door performs it, not the participant.
    :raises Refused: with the code that the protocol documents.
    """
    rooms.limits.check(participant)
    with db.transaction() as session:
        performed = perform(
            session,
            rooms,
            participant=participant,
            act=act,
            act_id=act_id,
            payload=payload,
            from_media=from_media,
        )
    announce(rooms.plugins, performed)
    return performed
