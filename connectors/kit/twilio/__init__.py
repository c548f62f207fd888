"""Twilio's dialect: signatures, messages in and out."""
