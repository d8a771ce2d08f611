"""Screen share: a presenter, or a guest with the floor and that right, shows a screen, a window or a tab."""
