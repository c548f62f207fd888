"""Views: which tickets stand in which, how many they are, and what agents save of their own."""
