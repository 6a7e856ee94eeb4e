"""What surrounds the workspaces: rail, bars, search, settings, export, jobs, crash reports."""
