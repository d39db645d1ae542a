"""fmteach: factorization machines, to be taught, watched and trained."""
