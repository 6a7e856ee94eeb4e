"""The first screen: open a folder, try the demo, go on with a recent project."""
