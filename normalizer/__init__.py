"""From a provider's event to the unified conversation model."""
