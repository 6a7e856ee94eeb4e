"""Decoding, colour, palettes and colour names, matting, letterbox, thumbnails, overlays."""
