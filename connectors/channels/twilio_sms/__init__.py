"""SMS, MMS and WhatsApp senders by Twilio's Programmable Messaging."""
