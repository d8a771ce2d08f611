"""Known pictures and tones for fake cameras and microphones, made on the spot."""

from __future__ import annotations

import math
import struct
import wave
from collections.abc import Sequence
from pathlib import Path

Colour = tuple[int, int, int]

Size = tuple[int, int]

STANDARD: Size = (640, 360)
HD: Size = (1280, 720)
FRAMES_PER_SECOND = 15
SAMPLE_RATE = 48_000


def write_picture(path: Path, colour: Colour, size: Size = STANDARD) -> Path:
    """A one-second y4m film of one colour, with a small grey square that moves so that frames differ."""
    luma, blue, red = _yuv(colour)
    width, height = size
    chroma = bytes([blue]) * (width // 2 * height // 2) + bytes([red]) * (width // 2 * height // 2)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{width} H{height} F{FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(FRAMES_PER_SECOND):
            rows = bytearray(bytes([luma]) * (width * height))
            left = 8 + number * 8
            for row in range(8, 24):
                rows[row * width + left : row * width + left + 16] = bytes([min(235, luma + 40)]) * 16
            film.write(b"FRAME\n" + bytes(rows) + chroma)
    return path


def write_tone(path: Path, frequency_hz: int) -> Path:
    """A two-second wave file with one tone; it repeats without a click."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLE_RATE)
        sound.writeframes(
            b"".join(
                struct.pack("<h", int(12_000 * math.sin(2 * math.pi * frequency_hz * n / SAMPLE_RATE)))
                for n in range(2 * SAMPLE_RATE)
            )
        )
    return path


def alike(seen: Sequence[int] | None, colour: Colour, tolerance: int) -> bool:
    """Whether a colour that was seen, if one was, is about ``colour``: cameras and codecs change it a little."""
    return bool(seen) and all(abs(a - b) <= tolerance for a, b in zip(seen or (), colour, strict=True))


def _yuv(colour: Colour) -> tuple[int, int, int]:
    red, green, blue = colour
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    return (
        round(luma),
        round(128 + (blue - luma) * 0.564),
        round(128 + (red - luma) * 0.713),
    )
