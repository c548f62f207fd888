"""Who really sent a mail: SPF, DKIM, DMARC and ARC, a relay's word, S/MIME and OpenPGP."""
