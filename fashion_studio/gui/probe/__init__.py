"""The probe workspace: what a model decides by, seen on variants of photos and on pictures with two cues."""
