"""Servers that speak as payment providers do, on loopback."""
