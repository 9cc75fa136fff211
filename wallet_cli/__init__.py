"""Floor 3: the holder: certificate files kept, listed, shown and checked on the own machine."""
