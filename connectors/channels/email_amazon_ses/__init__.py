"""Mail by Amazon SES: SNS notifications and S3 in, the SES API v2 out."""
