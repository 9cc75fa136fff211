"""Jobs: many files of one upload, checked one after another while the results can be read, then erased."""
