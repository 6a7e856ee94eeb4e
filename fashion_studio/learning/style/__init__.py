"""Style as a tool of learning: training the style transfer itself, and training others on stylised photos."""
