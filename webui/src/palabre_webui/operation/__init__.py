"""What monitoring asks: is it alive, is it ready, how is it doing."""
