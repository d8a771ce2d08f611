"""The pages that the server writes: home, the way in, the room's page, errors."""
