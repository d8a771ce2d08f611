"""What every room can do: plugins on the same contract as any other, which cannot be switched off."""

from types import ModuleType

from palabre.rooms.builtin import chat, floor, hands, people, reactions, tracks

#: The built-in plugins by name.
BUILTIN: dict[str, ModuleType] = {
    "people": people,
    "hands": hands,
    "floor": floor,
    "tracks": tracks,
    "chat": chat,
    "reactions": reactions,
}
