"""The annotate workspace: neighbours, canvas with its floating bars, inspector."""
