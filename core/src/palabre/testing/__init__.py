"""What tests use, ours and plugin authors': a clock to turn, rooms without browsers, real servers."""
