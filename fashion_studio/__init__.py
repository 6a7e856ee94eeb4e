"""Fashion Studio: from a folder of garment photographs to a trustworthy labelled data set."""
