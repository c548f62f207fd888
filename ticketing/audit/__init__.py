"""Who changed what: facts beside the tickets' events, and the chain that proves them all."""
