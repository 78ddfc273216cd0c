"""How a poverty village exits: proposed by the village, checked and posted in the township, approved and announced by the banner."""
