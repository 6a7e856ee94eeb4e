"""The photo with everything that can lie on it, painted; knows no project and no engine."""
