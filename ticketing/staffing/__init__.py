"""What is known of agents' work: skills, languages, shifts, presence, how much they can take."""
