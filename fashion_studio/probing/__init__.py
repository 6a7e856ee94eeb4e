"""What a model looks at: variants of photos, conflicting cues, other backgrounds, and scores."""
